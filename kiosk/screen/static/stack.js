// 一叠材料: many pictures at once, put to their materials by the cover sheets between them; what went where is told in words.
import { postPicture, post } from "./api.js";
import { button, fill, h } from "./dom.js";

export function stackPanel(desk) {
  const files = h("input", { type: "file", id: "stack-files", multiple: true, accept: "image/jpeg,image/png,image/bmp,image/tiff,image/webp", hidden: true,
    onchange: (event) => { const chosen = [...event.target.files]; event.target.value = ""; if (chosen.length) bringIn(chosen, desk); } });
  return h("details", { class: "panel stack-panel" }, h("summary", {}, "一叠材料：打印分隔页、导入"),
    h("p", { class: "quiet-words" }, "每样材料前面放一张分隔页，用扫描仪一起扫成图片，再导进来，会自动分好。"),
    h("div", { class: "buttons" },
      button("打印分隔页", () => desk.counter.print("/api/visit/covers"), { quiet: true, id: "print-covers" }),
      files, button("导入一叠图片", () => files.click(), { quiet: true, id: "import-stack" }),
      desk.counter.health.folder_camera ? button("导入扫描文件夹里的", () => bringIn(null, desk), { quiet: true, id: "import-folder" }) : null));
}

// `files` null: everything that lies unread in the folder the scanner writes into.
async function bringIn(files, desk) {
  const dialog = document.getElementById("dialog");
  const told = h("ol", { class: "told", "aria-live": "polite" });
  const bar = h("progress", { max: files ? files.length : 60, value: 0, "aria-label": "导入" });
  const close = button("好了", () => dialog.close(), { id: "stack-done", disabled: true });
  const head = h("h2", {}, files ? `正在导入 ${files.length} 张` : "正在导入文件夹里的图片");
  fill(dialog, head, bar, told, h("p", { class: "buttons" }, close));
  dialog.setAttribute("aria-label", "导入一叠材料");
  dialog.oncancel = (event) => { if (close.disabled) event.preventDefault(); };
  dialog.showModal();
  const say = (words, care) => { told.append(h("li", { class: care ? "care" : "" }, words)); told.lastChild.scrollIntoView({ block: "nearest" }); };
  const done = await bringAllIn(files, desk, say, bar);
  if (done) {
    done.lines.forEach((words) => say(words));
    done.faults.forEach((words) => say(words, true));
  }
  head.textContent = !done ? "没有导入" : done.left ? `导完了，还有 ${done.left} 张要您说是哪样材料` : "导完了，都分好了";
  close.disabled = false;
  close.focus();
  dialog.onclose = () => {
    dialog.oncancel = dialog.onclose = null;
    desk.redraw();
    const first = document.querySelector(".loose .thumb"); // what still has to be put somewhere comes first
    if (first) first.focus();
  };
}

// One after the other, in the order of their names as the scanner counted them.
async function bringAllIn(files, desk, say, bar) {
  if (!(await desk.counter.ask(() => post("/api/visit/stack/begin")))) return null;
  const brought = files ? await bringFiles(files, desk, say, bar) : await bringFolder(desk, say, bar);
  const done = brought && await desk.counter.ask(() => post("/api/visit/stack/sort"));
  if (done) desk.counter.visit = done.visit;
  return done;
}

async function bringFolder(desk, say, bar) {
  for (let count = 0; ; count += 1) {
    try {
      const answer = await post("/api/visit/stack/next");
      desk.counter.visit = answer.visit;
      if (!answer.more) return true;
    } catch (refused) {
      say(`第 ${count + 1} 张没有导入：${refused.message}`, true);
      if (refused.code !== "picture_damaged") return count > 0;
    }
    bar.value = count + 1;
  }
}

async function bringFiles(files, desk, say, bar) {
  const ordered = [...files].sort((one, other) => one.name.localeCompare(other.name, "zh", { numeric: true }));
  for (const [index, file] of ordered.entries()) {
    try {
      desk.counter.visit = (await postPicture("/api/visit/stack", file)).visit;
    } catch (refused) {
      say(`第 ${index + 1} 张没有导入：${refused.message}`, true);
    }
    bar.value = index + 1;
  }
  return true;
}
