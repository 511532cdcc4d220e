// 告知单: ask what only a person can judge, read out what is needed, print it all at once.
import { button, fill, h } from "./dom.js";
import { yesOrNo } from "./answers.js";

export function showNotice(work, counter) {
  const visit = counter.visit;
  const printed = Boolean(visit.notice_sheet_printed_at);
  const print = button(printed ? "再打一张" : "打印告知单", () => counter.print("/api/visit/notice"), { quiet: printed, id: "print-notice" });
  const next = button("下一步：填表", () => counter.turnTo("answers"), { quiet: !printed, id: "next" });
  counter.actions(button("换事项", () => changeItem(counter), { quiet: true }), printed ? [print, next] : [next, print]);
  fill(work, h("div", { class: "two" },
    h("section", { class: "stack", "aria-label": "要带的材料" },
      h("h2", {}, "要这些材料"),
      h("ul", { class: "stack" }, visit.notice.materials.map(materialLine))),
    h("aside", { class: "stack" },
      visit.questions.length ? [h("h2", {}, "先问这几句"), h("div", { class: "stack" }, visit.questions.map((one) => question(one, counter)))] : null,
      h("h2", {}, "谁能办"),
      h("ul", { class: "gaps" }, visit.notice.eligibility.map((line) => h("li", {}, line))),
      h("div", { class: "panel" }, h("p", {}, `${visit.item.promised}办好，${visit.item.fee}。`), h("p", { class: "quiet-words" }, `办成后：${visit.notice.result}`)),
      visit.item.confirmed ? null : h("p", { class: "panel" }, h("span", { class: "mark yellow" }, "待确认"), " 时限和材料以主管部门确认的为准。"))));
  (printed ? next : print).focus();
}

const SOURCE = { applicant: ["您带来", "blue"], agent: ["村里办", "green"], department: ["不用带", "blue"] };

function materialLine(material) {
  const [words, colour] = SOURCE[material.source];
  return h("li", { class: "panel" }, h("span", { class: `mark ${colour}` }, words), " ", material.name,
    h("span", { class: "quiet-words" }, material.condition ? `（${material.condition}时要）` : ""));
}

const question = (one, counter) =>
  h("div", { class: "panel field" }, yesOrNo(one.id, one.label, one.value, (value) => counter.change("/api/visit/answers", { [one.id]: value })));

async function changeItem(counter) {
  await counter.change("/api/visit/abandon");
}
