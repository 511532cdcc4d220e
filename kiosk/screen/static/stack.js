// 一叠材料: many pictures at once, put to their materials by the cover sheets between them; what went where is told in words.
import { postPicture, post } from "./api.js";
import { button, fill, h } from "./dom.js";
import { shortName } from "./pages.js";

export function stackPanel(desk) {
  const files = h("input", { type: "file", id: "stack-files", multiple: true, accept: "image/jpeg,image/png,image/bmp,image/tiff,image/webp", hidden: true,
    onchange: (event) => { const chosen = [...event.target.files]; event.target.value = ""; if (chosen.length) bringIn(chosen, desk); } });
  return h("details", { class: "panel stack-panel" }, h("summary", {}, "一叠材料：打印分隔页、导入"),
    h("p", { class: "quiet-words" }, "每样材料前面放一张分隔页，用扫描仪一起扫成图片，再导进来，会自动分好。"),
    h("div", { class: "buttons" },
      button("打印分隔页", () => desk.counter.print("/api/visit/covers"), { quiet: true, id: "print-covers" }),
      files, button("导入一叠图片", () => files.click(), { quiet: true, id: "import-stack" })));
}

async function bringIn(files, desk) {
  const dialog = document.getElementById("dialog");
  const told = h("ol", { class: "told", "aria-live": "polite" });
  const bar = h("progress", { max: files.length, value: 0, "aria-label": "导入" });
  const close = button("好了", () => dialog.close(), { id: "stack-done", disabled: true });
  const head = h("h2", {}, `正在导入 ${files.length} 张`);
  fill(dialog, head, bar, told, h("p", { class: "buttons" }, close));
  dialog.setAttribute("aria-label", "导入一叠材料");
  dialog.oncancel = (event) => { if (close.disabled) event.preventDefault(); };
  dialog.showModal();
  let missed = 0;
  if (await desk.counter.ask(() => post("/api/visit/stack/begin"))) {
    for (const [index, file] of files.entries()) { // one after the other, in the order of their names as the scanner counted them
      const line = await bringInOne(file, desk);
      if (line.care) missed += 1;
      told.append(h("li", { class: line.care ? "care" : "" }, `第 ${index + 1} 张：${line.words}`));
      told.lastChild.scrollIntoView({ block: "nearest" });
      bar.value = index + 1;
    }
  }
  head.textContent = missed ? `导完了，有 ${missed} 张要您看一下` : `导完了，${files.length} 张都分好了`;
  close.disabled = false;
  close.focus();
  dialog.onclose = () => { dialog.oncancel = dialog.onclose = null; desk.redraw(); };
}

async function bringInOne(file, desk) {
  try {
    const answer = await postPicture("/api/visit/stack", file);
    desk.counter.visit = answer.visit;
    return { words: answer.kind === "page" ? `放到“${shortName(answer.material_name)}”` : answer.words, care: answer.kind === "missed" || answer.kind === "loose" };
  } catch (refused) {
    return { words: `没有导入：${refused.message}`, care: true };
  }
}
