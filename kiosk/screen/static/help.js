// 怎么用: F1 or ? opens it on every step; how to lay each kind of paper, and the keys.
import { button, fill, h } from "./dom.js";
import { DRAWINGS } from "./drawings.js";

const LAYING = [
  ["id_card", "身份证", "先拍有照片的一面，再拍国徽面。"],
  ["household_register", "户口簿", "摊平，一页一页拍。手只压在外边。"],
  ["bank_passbook", "存折、社保卡", "翻到有户名和账号的一页。"],
  ["photo", "照片", "放中间。反光就换个方向。"],
  ["form", "签好名的表", "竖着放，四个角都露出来。"],
  ["wrong", "这样不行", "太斜、手挡住、折着角，都要重放。"],
];
const KEYS = {
  capture: [["放好纸不动", "自动拍；A 键开关"], ["空格", "马上拍"], ["F", "重新对焦"], ["+ 和 -", "亮一点、暗一点"], ["回车", "按下选中的按钮"], ["Tab", "换到下一个按钮"],
    ["在一页上按 R", "向右转"], ["在一页上按 Ctrl+方向键", "往前、往后、挪到别的材料"], ["在一页上按 Delete", "去掉这一页"], ["Ctrl+Z", "撤销上一步"]],
  answers: [["F2", "把证件上的填进这一格"], ["F4", "认出的都填进去"], ["F8", "读身份证（接了读卡器）"], ["Tab", "到下一格"], ["回车", "按下选中的按钮"]],
  check: [["在一页上按回车", "看大图"], ["空格", "打勾"], ["R", "向右转"], ["Ctrl+方向键", "挪动"], ["Delete", "去掉"], ["Ctrl+Z", "撤销上一步"]],
  choose_item: [["打字、拼音、首字母", "找事项"], ["回车", "办第一项"], ["方向键", "在事项里挑"]],
};
const ALWAYS = [["F1 或 ?", "打开这一页"], ["Esc", "关掉这一页"], ["Tab", "到下一个按钮或空格"], ["回车", "按下"]];

export function showHelp(step) {
  const dialog = document.getElementById("dialog");
  if (dialog.open) return;
  const keys = KEYS[step] || ALWAYS;
  fill(dialog, h("h2", {}, "怎么用"),
    h("div", { class: "help" },
      h("dl", { class: "keys" }, keys.map(([key, words]) => [h("dt", {}, key), h("dd", {}, words)])),
      step === "capture" ? h("ul", { class: "laying" }, LAYING.map(([kind, name, words]) => h("li", {}, DRAWINGS[kind](), h("b", {}, name), h("span", {}, words)))) : null),
    h("p", { class: "buttons" }, button("知道了（Esc）", () => dialog.close(), { id: "help-close" })));
  dialog.setAttribute("aria-label", "怎么用");
  dialog.showModal();
  document.getElementById("help-close").focus();
}

export function helpKey(event, counter) {
  const asks = event.key === "F1" || ((event.key === "?" || event.key === "？") && !event.target.matches("input, textarea"));
  if (!asks) return;
  event.preventDefault();
  showHelp(counter.help);
}
