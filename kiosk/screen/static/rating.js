// 群众评价: the villager's own page at the counter. First the receipt, then five faces with words; none is chosen beforehand.
import { post } from "./api.js";
import { button, fill, h } from "./dom.js";

const GRADES = [[5, "非常满意", 22], [4, "满意", 13], [3, "基本满意", 4], [2, "不满意", -9], [1, "非常不满意", -20]];
const NO_SCAN = "没有看到回执上的码。把回执平放在高拍仪下面，再点一次；或者输查询码。";

export function showRating(work, counter) {
  counter.actions();
  askForReceipt(work, counter);
}

function askForReceipt(work, counter) {
  const code = h("input", { type: "text", id: "receipt-code", maxlength: "300", autocomplete: "off", autocapitalize: "characters", spellcheck: "false" });
  const find = async (text) => {
    const answer = await counter.ask(() => post("/api/rating/find", { code: text || "-" }));
    if (answer) askForGrade(work, counter, answer.rating); else code.focus();
  };
  const scan = async () => {
    const answer = await counter.ask(() => post("/api/rating/scan"));
    if (answer && answer.code) find(answer.code); else if (answer) counter.trouble(NO_SCAN, "");
  };
  fill(work, h("form", { class: "door panel", onsubmit: (event) => { event.preventDefault(); find(code.value); } },
    h("h2", {}, "请您给这次服务评个价"),
    h("p", { class: "quiet-words" }, "评不评都由您。请代办员让开屏幕。"),
    h("div", { class: "field" }, h("label", { for: "receipt-code" }, "回执上的查询码"), code, h("span", { class: "help" }, "10位大字；有扫码枪就扫回执上的码")),
    h("button", { class: "btn", type: "submit" }, "下一步"),
    button("把回执放在高拍仪下面，看一看", scan, { quiet: true, id: "scan" })));
  code.focus();
}

function askForGrade(work, counter, rating) {
  const comment = h("textarea", { id: "rating-comment", maxlength: "500", rows: "2" });
  const send = async (event) => {
    event.preventDefault();
    const form = new FormData(event.target);
    const grade = form.get("grade");
    const answer = await counter.ask(() => post("/api/rating/send", { lookup_code: rating.lookup_code, grade: grade ? Number(grade) : null,
      aspects: form.getAll("aspect"), anonymous: form.get("anonymous") === "yes", comment: comment.value }));
    if (answer) thank(work, counter, answer.answer_key);
  };
  const form = h("form", { class: "rating", onsubmit: send },
    h("h2", { tabindex: "-1", id: "rating-head" }, rating.item_name),
    h("fieldset", {}, h("legend", {}, "您满意吗"), h("div", { class: "faces" }, GRADES.map(faceChoice))),
    h("fieldset", {}, h("legend", {}, "这样评，是因为哪几样（可以不勾）"), h("div", { class: "choices" }, rating.aspects.map((one) =>
      h("label", {}, h("input", { type: "checkbox", name: "aspect", value: one.value }), one.label)))),
    h("div", { class: "field" }, h("label", { for: "rating-comment" }, "想说的话（可以不写）"), comment),
    h("label", { class: "tick" }, h("input", { type: "checkbox", name: "anonymous", value: "yes" }), "匿名，不用打电话问我"),
    h("p", { class: "quiet-words" }, "评哪一档都不影响您以后办事。一件事评一次。给您办事的人看不到是谁评的。"));
  fill(work, form);
  counter.actions(button("交上去", () => form.requestSubmit(), { id: "send-rating" }));
  document.getElementById("rating-head").focus(); // on a face it would look chosen
}

const faceChoice = ([grade, words, curve]) =>
  h("label", {}, h("input", { type: "radio", name: "grade", value: String(grade), "aria-label": words }), face(curve), h("span", {}, words));

// The mouth bends up or down; the word says the same.
const face = (curve) => h("svg", { viewBox: "0 0 100 100", "aria-hidden": "true" }, h("circle", { cx: 50, cy: 50, r: 44 }),
  h("circle", { class: "eye", cx: 34, cy: 40, r: 3 }), h("circle", { class: "eye", cx: 66, cy: 40, r: 3 }), h("path", { d: `M28 66 Q50 ${66 + curve} 72 66` }));

function thank(work, counter, key) {
  counter.actions();
  const home = () => { counter.view = "visit"; counter.render(); };
  fill(work, h("section", { class: "panel done-card", role: "status" },
    h("h2", {}, "谢谢您，评价收下了"),
    h("p", {}, "要看答复，请把这个口令抄下来，和查询码一起用。只给您自己，别告诉别人："),
    h("p", { class: "code" }, `${key.slice(0, 4)} ${key.slice(4, 8)} ${key.slice(8)}`),
    h("div", { class: "buttons" }, button("好了，收起来", home, { id: "rating-done" }))));
  document.getElementById("rating-done").focus();
}
