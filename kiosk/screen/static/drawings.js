// How to lay a paper under the camera, drawn by ourselves: the desk from above, the lens, the sheet.
import { h } from "./dom.js";

const desk = (words, ...things) => h("svg", { class: "drawing", viewBox: "0 0 240 170", role: "img", "aria-label": words },
  h("rect", { x: 2, y: 2, width: 236, height: 166, rx: 10, class: "desk" }), things);
const sheet = (x, y, width, height, rounded = 2) => h("rect", { x, y, width, height, rx: rounded, class: "sheet" });
const line = (x1, y1, x2, y2) => h("line", { x1, y1, x2, y2, class: "ink" });
const tick = (x, y) => h("path", { d: `M${x} ${y} l7 8 l14 -18`, class: "good" });
const cross = (x, y) => h("path", { d: `M${x} ${y} l14 14 M${x + 14} ${y} l-14 14`, class: "bad" });
const lines = (x, y, width, count) => Array.from({ length: count }, (_, at) => line(x, y + at * 12, x + width - (at % 3) * 8, y + at * 12));

export const DRAWINGS = {
  id_card: () => desk("身份证：先放有照片的一面，再翻过来放有国徽的一面",
    sheet(22, 50, 88, 56, 6), h("circle", { cx: 90, cy: 72, r: 9, class: "ink-fill" }), h("rect", { x: 78, y: 83, width: 24, height: 16, rx: 6, class: "ink-fill" }), lines(30, 66, 38, 3),
    h("path", { d: "M114 78 h14 m-6 -6 l6 6 l-6 6", class: "arrow" }),
    sheet(132, 50, 88, 56, 6), h("circle", { cx: 152, cy: 70, r: 10, class: "red-fill" }), lines(172, 68, 40, 2),
    h("text", { x: 66, y: 132, class: "label" }, "照片面"), h("text", { x: 176, y: 132, class: "label" }, "国徽面")),
  household_register: () => desk("户口簿：摊平，一次只拍一页，手压在外边",
    sheet(60, 18, 120, 62), sheet(60, 84, 120, 66), line(60, 82, 180, 82), lines(70, 98, 100, 4), lines(70, 32, 100, 3),
    h("path", { d: "M36 110 q14 -4 26 8 l-6 14 q-14 0 -24 -6 z", class: "hand" }), tick(192, 122)),
  bank_passbook: () => desk("存折或社保卡：翻到有户名和账号的一页，放平",
    sheet(52, 30, 136, 106), lines(64, 54, 108, 2), h("rect", { x: 60, y: 80, width: 116, height: 24, rx: 3, class: "mark-box" }), h("text", { x: 118, y: 98, class: "label small" }, "户名 账号"), lines(64, 118, 90, 1), tick(196, 120)),
  photo: () => desk("照片：放在中间，灯别直照，不要反光",
    sheet(80, 26, 80, 112), h("circle", { cx: 120, cy: 72, r: 18, class: "ink-fill" }), h("rect", { x: 94, y: 94, width: 52, height: 34, rx: 14, class: "ink-fill" }), tick(184, 118)),
  form: () => desk("申请表：竖着放，四个角都露出来，签名要看得清",
    sheet(66, 12, 108, 146), lines(78, 34, 84, 8), h("path", { d: "M120 140 q8 -12 14 0 t14 -2 t12 2", class: "pen" }),
    [[66, 12], [174, 12], [174, 158], [66, 158]].map(([cx, cy]) => h("circle", { cx, cy, r: 5, class: "corner" }))),
  generic: () => desk("别的材料：放平放正，一张一张拍，四个角都露出来",
    sheet(66, 18, 108, 134), lines(78, 40, 84, 7), [[66, 18], [174, 18], [174, 152], [66, 152]].map(([cx, cy]) => h("circle", { cx, cy, r: 5, class: "corner" }))),
  wrong: () => desk("不要这样：折角、手挡住、太斜",
    h("g", { transform: "rotate(-24 90 84)" }, sheet(46, 46, 90, 70), lines(56, 62, 66, 4)), h("path", { d: "M150 150 q10 -34 34 -44 l16 18 q-8 22 -22 34 z", class: "hand" }), cross(206, 18)),
};
