// 拍材料: what is still missing, what to do with the sheet right now, and one big button.
import { get, post } from "./api.js";
import { cameraView, FINDING_WORDS } from "./camera_view.js";
import { button, fill, h } from "./dom.js";

let chosen = null; // a material picked by hand, to add a further page

export function showCapture(work, counter) {
  let busy = false, waiting = null, saidLast = "";
  const now = h("span", { class: "now" });
  const say = h("div", { class: "say", role: "status" });
  const side = h("aside", { class: "stack", "aria-label": "材料" });
  const view = cameraView(onLook);
  fill(work, h("div", { class: "two" }, h("section", { class: "camera", "aria-label": "高拍仪" }, view.elements, say), side));
  document.addEventListener("keydown", onKey);
  counter.leave = () => { view.stop(); document.removeEventListener("keydown", onKey); };
  refresh();
  if (counter.health && counter.health.virtual_camera) practiceDesk(side, counter);

  function current() {
    const visit = counter.visit;
    if (visit.retaking) return visit.next;
    const material = visit.materials.find((one) => one.id === chosen);
    if (material) return { material_id: material.id, material_name: material.name, page_name: material.wanted[material.pages.length] || `第${material.pages.length + 1}页` };
    return visit.next;
  }

  function refresh() {
    const visit = counter.visit, next = current();
    now.textContent = next ? `${visit.retaking ? "重拍" : "现在拍"}：${next.page_name}` : "";
    const missing = visit.materials.filter((one) => !one.complete).length;
    const rest = [...side.querySelectorAll(".practice-desk")];
    fill(side, h("h2", {}, missing ? `还差 ${missing} 样` : "都拍齐了"), visit.materials.map((one, index) => materialRow(one, index, next)), rest);
    const shoot = button("拍（空格键）", capture, { id: "shoot", disabled: !next });
    const check = button("下一步：核对", () => counter.turnTo("check"), { quiet: Boolean(next), id: "next" });
    const covers = button("打印分隔页", () => counter.print("/api/visit/covers"), { quiet: true, id: "print-covers" });
    counter.actions(button("先放一放", () => counter.change("/api/visit/set-aside"), { quiet: true }), covers, next ? [check, shoot] : check);
    (next ? shoot : check).focus();
    const here = side.querySelector("[aria-current]");
    if (here) here.scrollIntoView({ block: "nearest" });
  }

  function materialRow(material, index, next) {
    const here = next && next.material_id === material.id;
    const words = material.reason ? `要补：${material.reason.reason_label}${material.reason.note ? "，" + material.reason.note : ""}` : pagesWords(material);
    return h("div", { class: "material", "aria-current": here ? "true" : null, "data-material": material.id },
      h("button", { type: "button", onclick: () => { chosen = material.id; refresh(); }, title: "拍这一样" },
        h("span", { class: "number" + (material.complete ? " done" : "") }, material.complete ? "✓" : index + 1),
        h("span", {}, shortName(material.name), h("span", { class: "more" }, words))),
      material.pages.length ? h("div", { class: "pages" }, material.pages.map((page, number) =>
        button(`重拍${page.name}`, () => { chosen = null; retake(material.id, number); }, { quiet: true, small: true }))) : null);
  }

  async function retake(material_id, page) {
    const answer = await counter.ask(() => post("/api/visit/retake", { material_id, page }));
    if (answer) { counter.visit = answer.visit; refresh(); }
  }

  function onLook(look) {
    if (waiting || busy) return;
    const first = look.findings[0];
    if (look.trouble) speak("red", "没接好", look.trouble);
    else if (first) speak("yellow", FINDING_WORDS[first.code] || "看一下", first.sentence);
    else if (current()) speak("green", "可以拍", "放得很好，按空格键");
    else speak("green", "齐了", "都拍齐了，点“下一步：核对”");
  }

  function speak(colour, mark, words, ...more) {
    const said = mark + words + more.length;
    if (said === saidLast) return;
    saidLast = said;
    fill(say, h("span", { class: `mark ${colour}` }, mark), h("span", {}, words), more.length ? more : now);
  }

  async function capture() {
    const next = current();
    if (busy || !next) return;
    busy = true; waiting = null;
    speak("blue", "正在拍", "请不要动");
    const answer = await counter.ask(() => post("/api/visit/capture", { material_id: next.material_id }));
    busy = false; saidLast = "";
    if (answer) settle(answer, next.material_id);
    else saidLast = "";
  }

  function settle(answer, materialId) {
    if (answer.accepted) {
      chosen = null;
      counter.visit = answer.visit;
      refresh();
      speak("green", "拍好了", "已经存好，换下一张");
      waiting = "shown"; setTimeout(() => { waiting = null; }, 1200);
      return;
    }
    const first = answer.findings[0] || { code: "", sentence: "没有拍成，再拍一次。" };
    if (!answer.keepable) {
      speak("red", FINDING_WORDS[first.code] || "没拍好", `没有存：${first.sentence}`);
      waiting = "shown"; setTimeout(() => { waiting = null; }, 3500);
      return;
    }
    waiting = materialId;
    const keep = button("就用这张（回车）", keepAnyway, { quiet: true, id: "keep" });
    speak("yellow", FINDING_WORDS[first.code] || "看一下", first.sentence, keep, button("重拍（空格键）", capture));
    keep.focus();
  }

  async function keepAnyway() {
    const answer = await counter.ask(() => post("/api/visit/keep-anyway", { material_id: waiting }));
    waiting = null; saidLast = "";
    if (answer) settle(answer, null);
  }

  function onKey(event) {
    if (event.code !== "Space" || event.repeat || event.ctrlKey || event.altKey) return;
    const place = event.target;
    if (place.matches("input, select, textarea, summary") || (place.matches("button") && !["shoot", "keep"].includes(place.id))) return;
    event.preventDefault();
    capture();
  }
}

export const shortName = (name) => name.replace(/（[^）]*）/g, "");

function pagesWords(material) {
  const taken = material.pages.length;
  if (!taken) return `要${material.form}：${material.wanted.join("、")}`;
  return material.complete ? `已拍 ${taken} 页` : `已拍 ${taken} 页，还差${material.wanted.slice(taken).join("、")}`;
}

async function practiceDesk(side, counter) {
  const state = await get("/api/camera/virtual").catch(() => null);
  if (!state) return;
  const place = (key) => counter.ask(() => post("/api/camera/virtual", { place: key }));
  const quirk = (words, on, off) => h("label", {}, h("input", { type: "checkbox", onchange: (event) => counter.ask(() => post("/api/camera/virtual", event.target.checked ? on : off)) }), words);
  const sheets = h("select", { id: "place", onchange: (event) => place(event.target.value || null) },
    h("option", { value: "" }, "空桌面"), state.specimens.map((one) => h("option", { value: one.key, selected: one.key === state.placed }, one.title)));
  side.append(h("section", { class: "practice-desk panel", "aria-label": "练习台" },
    h("label", { for: "place" }, h("b", {}, "练习台"), "：桌上放"), sheets,
    h("div", { class: "choices" },
      quirk("反光", { glare: 1 }, { glare: 0 }), quirk("放歪", { tilt: 14 }, { tilt: 2 }), quirk("手挡住", { hand: true }, { hand: false }),
      quirk("关灯", { light: 0.1 }, { light: 0.95 }), quirk("拔线", { unplug: true }, { unplug: false }))));
}
