// 核对: every page beside the original, one tick for each material, and what still stands in the way.
import { post } from "./api.js";
import { button, fill, h, keepingFocus } from "./dom.js";
import { readingLine } from "./offers.js";
import { looseGroup, PAGE_KEYS, remarks, shortName, strip, undoButton, undoKey } from "./pages.js";

export function showCheck(work, counter) {
  const side = h("aside", { class: "stack" });
  const sheets = h("section", { class: "sheets", "aria-label": "拍好的材料" });
  const desk = { counter, redraw: drawAll };
  fill(work, h("div", { class: "two" }, sheets, side));
  const onKey = (event) => { if (!document.querySelector("dialog[open]")) undoKey(event, desk); };
  document.addEventListener("keydown", onKey);
  counter.leave = () => document.removeEventListener("keydown", onKey);
  counter.help = "check";
  counter.redraw = drawAll;
  drawAll();
  (counter.visit.gaps.length ? work : document.getElementById("send")).focus();

  function drawAll() {
    const visit = counter.visit;
    keepingFocus(sheets, () => fill(sheets, h("div", { class: "progress-head" }, h("h2", {}, "一样一样和原件比一比"), undoButton(desk)),
      visit.loose.length ? h("section", { class: "panel sheet-row loose" }, h("h3", { class: "missing" }, `这 ${visit.loose.length} 张还没说是哪样材料`), strip(looseGroup(visit), desk)) : null,
      visit.materials.map((one) => materialPanel(one, desk, tick)), h("p", { class: "quiet-words" }, `每一页：${PAGE_KEYS}。`)));
    refresh();
  }

  function refresh() {
    const visit = counter.visit;
    counter.actions(
      button("先放一放", () => counter.change("/api/visit/set-aside"), { quiet: true }),
      button("不办了", () => abandon(counter), { quiet: true }),
      button("上传", () => counter.change("/api/visit/send"), { disabled: visit.gaps.length > 0, id: "send" }));
    counter.progress();
    counter.followReading();
    fill(side, refusal(visit, counter), readingLine(visit), contradictions(visit), standsInTheWay(visit, counter), visit.kind === "application" ? [h("h2", {}, "表上填的"), given(visit)] : null);
  }

  function tick() { // the whole list each time, one after the other, read from the boxes as they stand
    const materials = [...sheets.querySelectorAll("input:checked")].map((one) => one.value);
    counter.queue = counter.queue.then(() => counter.ask(() => post("/api/visit/checked", { materials }))).then((answer) => {
      if (answer && work.contains(sheets)) { counter.visit = answer.visit; refresh(); }
    });
  }
}

// papers that cannot both be right: nobody decides that but people
const contradictions = (visit) => visit.disagreements.length > 0 && h("section", { class: "panel doubts", role: "note" },
  h("h3", {}, h("span", { class: "mark yellow" }, "对不上")), visit.disagreements.map((sentence) => h("p", {}, sentence)));

// why the packet made before was not taken: the one thing to put right before sending again
const refusal = (visit, counter) => visit.refusal && h("section", { class: "panel refusal", role: "note" },
  h("h3", {}, h("span", { class: "mark red" }, "上次没有收下")), h("p", {}, visit.refusal.reason),
  h("p", { class: "quiet-words" }, visit.refusal.reference ? `编号 ${visit.refusal.reference}。` : "", "查询码不变，回执还能用。"),
  h("div", { class: "buttons" },
    visit.open_steps.includes("answers") ? button("去改表", () => counter.turnTo("answers"), { quiet: true }) : null,
    button("去补拍", () => counter.turnTo("capture"), { quiet: true })));

function standsInTheWay(visit, counter) {
  if (!visit.gaps.length) return [h("h2", {}, visit.refusal ? "改好了，就再上传" : "都齐了，可以上传"), h("p", { class: "panel" }, "上传后打印回执。没有网也可以点“上传”，网通了会自动传走。")];
  return [
    h("h2", { class: "missing" }, `还有 ${visit.gaps.length} 处`), h("ul", { class: "gaps" }, visit.gaps.map((gap) => h("li", {}, gap.sentence))),
    !visit.refusal && visit.gaps.some((gap) => gap.kind === "field") ? button("去改表", () => counter.turnTo("answers"), { quiet: true }) : null,
    !visit.refusal && visit.gaps.some((gap) => gap.sentence.startsWith("还差")) ? button("去补拍", () => counter.turnTo("capture"), { quiet: true }) : null];
}

const given = (visit) => h("dl", { class: "given" }, visit.fields.filter((one) => one.value !== null).map((one) => [h("dt", {}, one.label), h("dd", {}, spoken(one))]));
const spoken = (field) => (typeof field.value === "boolean" ? (field.value ? "是" : "否") : field.value + (field.unit || ""));

function materialPanel(material, desk, tick) {
  const box = h("input", { type: "checkbox", value: material.id, checked: material.checked, disabled: !material.pages.length, id: `checked-${material.id}`, onchange: tick });
  return h("section", { class: "panel sheet-row" },
    h("h3", {}, shortName(material.name), material.pages.length ? "" : h("span", { class: "missing" }, "（还没拍）")),
    h("label", { class: "tick" }, box, "和原件一样"),
    strip(material, desk), remarks(material, desk));
}

function abandon(counter) {
  const dialog = document.getElementById("dialog");
  fill(dialog, h("h2", {}, "真的不办了吗？"), h("p", {}, "拍好的材料和填好的表会从这台电脑上删掉，找不回来。"),
    h("p", {}, button("再想想", () => dialog.close()), " ", button("不办了，删掉", () => { dialog.close(); counter.change("/api/visit/abandon"); }, { quiet: true })));
  dialog.showModal();
}
