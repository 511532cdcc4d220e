// 填表: every answer is kept as soon as the field is left; a wrong one is kept too and says what is wrong.
import { post } from "./api.js";
import { cardPanel, readCard, stopReading } from "./card.js";
import { button, fill, h } from "./dom.js";
import { answersOffered, fillIn, offerAll, offerFor } from "./offers.js";

const WIDE = new Set(["textarea", "address"]);
const KINDS = { phone: "tel" };

let underWay = 0;

export function showAnswers(work, counter, focused = null) {
  const visit = counter.visit;
  counter.actions(
    button("先放一放", () => counter.change("/api/visit/set-aside"), { quiet: true }),
    button("打印申请表", () => counter.print("/api/visit/form"), { quiet: true, id: "print-form" }),
    button("打印委托书", () => counter.print("/api/visit/mandate"), { quiet: true, id: "print-mandate" }),
    button("下一步：拍材料", () => counter.turnTo("capture"), { id: "next" }));
  const keep = (id, value) => { // one after the other, and shown only when the last is back: a slow answer never undoes a later one
    underWay += 1;
    counter.queue = counter.queue.then(() => counter.ask(() => post("/api/visit/answers", { [id]: value }))).then((answer) => {
      underWay -= 1;
      if (!answer || !counter.visit || answer.visit.visit_id !== counter.visit.visit_id) return;
      counter.visit = { ...answer.visit, step: counter.visit.step };
      if (underWay || !work.querySelector(".form")) return;
      if (asShown(answer.visit.fields) === shown) refresh(answer.visit.fields);
      else showAnswers(work, counter, document.activeElement);
    });
  };
  const shown = asShown(visit.fields);
  const takeAll = async () => {
    await counter.queue;
    const offered = answersOffered(counter.visit), here = document.activeElement;
    const answer = await fillIn(counter);
    if (!answer) return;
    counter.visit = answer.visit;
    if (here.id in offered) here.value = offered[here.id];
    showAnswers(work, counter, here);
    counter.announce("填好了，请再看一遍");
  };
  const redraw = () => { // whoever was typing goes on typing; else the focus goes to what comes next
    const here = document.activeElement;
    showAnswers(work, counter, here);
    const next = ["stop-card", "fill-in"].map((id) => document.getElementById(id)).find(Boolean) || work.querySelector(".card-reader button");
    if (next && !here.matches("input, select, textarea")) next.focus();
  };
  const onKey = (event) => {
    const field = event.key === "F2" && counter.visit.fields.find((one) => one.id === event.target.id);
    if (field && field.offer) { event.preventDefault(); event.target.value = field.offer.value; keep(field.id, field.offer.value); }
    if (event.key === "F4" && document.getElementById("fill-in")) { event.preventDefault(); takeAll(); }
    if (event.key === "F8") { event.preventDefault(); readCard(counter, redraw); }
    if (event.key === "Escape" && document.getElementById("stop-card")) document.getElementById("stop-card").click();
  };
  work.onkeydown = onKey;
  counter.leave = () => { work.onkeydown = null; stopReading(); };
  counter.redraw = () => showAnswers(work, counter, document.activeElement);
  counter.followReading();
  fill(work, h("form", { class: "form", onsubmit: (event) => event.preventDefault(), autocomplete: "off" },
    cardPanel(counter, redraw),
    offerAll(visit, takeAll, () => counter.turnTo("capture")),
    visit.questions.map((one) => h("div", { class: "field wide" }, yesOrNo(one.id, `${one.label}（要“${one.material}”）`, one.value, (value) => keep(one.id, value)))),
    visit.fields.map((field) => fieldRow(field, keep))));
  const again = focused && focused.id && document.getElementById(focused.id);
  if (again && again.type !== "radio") again.value = focused.value; // what is half typed stays
  const first = again || work.querySelector("input, select, textarea");
  if (first) first.focus();
}

const asShown = (fields) => fields.map((one) => `${one.id}:${one.offer ? one.offer.value : ""}`).join(); // what makes the form another

function fieldRow(field, keep) {
  const must = field.required ? h("span", { class: "must" }, " 必填") : null;
  const fault = h("p", { class: "fault", id: `${field.id}-fault`, role: "status" }, field.fault || "");
  const row = h("div", { class: "field" + (WIDE.has(field.type) || field.label.length > 16 ? " wide" : "") + (field.fault ? " faulty" : ""), "data-field": field.id });
  if (field.type === "bool") row.append(yesOrNo(field.id, field.label, field.value, (value) => keep(field.id, value), must), fault);
  else row.append(h("label", { for: field.id }, field.label, must), withUnit(field, input(field, keep)),
    field.help ? h("p", { class: "help" }, field.help) : "", fault, offerFor(field, keep) || "");
  return row;
}

const withUnit = (field, box) => (field.unit ? h("div", { class: "with-unit" }, box, h("span", {}, field.unit)) : box);

function input(field, keep) {
  const common = { id: field.id, value: field.value || "", onchange: (event) => keep(field.id, event.target.value), "aria-describedby": `${field.id}-fault ${field.id}-offer` };
  if (field.type === "textarea") return h("textarea", common);
  if (field.type === "choice")
    return h("select", common, h("option", { value: "" }, "请选"), field.choices.map((choice) => h("option", { value: choice, selected: choice === field.value }, choice)));
  const digits = ["id_number", "phone", "bank_account", "money"].includes(field.type);
  return h("input", { ...common, type: KINDS[field.type] || "text", inputmode: digits ? "numeric" : null, placeholder: field.type === "date" ? "年-月-日，如 1943-03-15" : null, autocomplete: "off", spellcheck: "false" });
}

export function yesOrNo(id, label, value, keep, must = null) {
  const choice = (words, truth) =>
    h("label", {}, h("input", { type: "radio", name: id, id: `${id}-${truth ? "yes" : "no"}`, checked: value === truth, onchange: () => keep(truth) }), words);
  return h("fieldset", { class: "field" }, h("legend", { class: "label" }, label, must), h("div", { class: "choices" }, choice("是", true), choice("否", false)));
}

function refresh(fields) {
  for (const field of fields) {
    const row = document.querySelector(`[data-field="${field.id}"]`);
    const fault = document.getElementById(`${field.id}-fault`);
    if (!row || !fault) continue;
    row.classList.toggle("faulty", Boolean(field.fault));
    fault.textContent = field.fault || "";
    const box = document.getElementById(field.id);
    if (box && document.activeElement !== box && box.value !== (field.value || "")) box.value = field.value || "";
  }
}
