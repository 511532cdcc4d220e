// 核对: every page beside the original, one tick for each material, and what still stands in the way.
import { post } from "./api.js";
import { button, fill, h } from "./dom.js";
import { shortName } from "./capture.js";

export function showCheck(work, counter) {
  const visit = counter.visit;
  const larger = h("dialog", { "aria-label": "放大看" });
  const send = button("上传", () => counter.change("/api/visit/send"), { disabled: visit.gaps.length > 0, id: "send" });
  counter.actions(
    button("先放一放", () => counter.change("/api/visit/set-aside"), { quiet: true }),
    button("不办了", () => abandon(counter, larger), { quiet: true }), send);
  fill(work, h("div", { class: "two" },
    h("section", { class: "sheets", "aria-label": "拍好的材料" }, h("h2", {}, "一样一样和原件比一比"),
      visit.materials.map((one) => materialPanel(one, counter, larger))),
    h("aside", { class: "stack" },
      h("h2", {}, visit.gaps.length ? `还有 ${visit.gaps.length} 处` : "都齐了，可以上传"),
      visit.gaps.length ? h("ul", { class: "gaps" }, visit.gaps.map((gap) => h("li", {}, gap.sentence))) : h("p", { class: "panel" }, "上传后打印回执。没有网也可以点“上传”，网通了会自动传走。"),
      visit.gaps.some((gap) => gap.kind === "field") ? button("去改表", () => counter.turnTo("answers"), { quiet: true }) : null,
      visit.gaps.some((gap) => gap.sentence.startsWith("还差")) ? button("去补拍", () => counter.turnTo("capture"), { quiet: true }) : null,
      h("h2", {}, "表上填的"), h("dl", { class: "given" }, visit.fields.filter((one) => one.value !== null).map((one) => [h("dt", {}, one.label), h("dd", {}, spoken(one))]))), larger));
  (visit.gaps.length ? work : send).focus();
}

const spoken = (field) => (typeof field.value === "boolean" ? (field.value ? "是" : "否") : field.value + (field.unit || ""));

function materialPanel(material, counter, larger) {
  const tick = h("input", { type: "checkbox", checked: material.checked, disabled: !material.pages.length, id: `checked-${material.id}`,
    onchange: (event) => { const ids = counter.visit.materials.filter((one) => one.checked && one.id !== material.id).map((one) => one.id);
      counter.change("/api/visit/checked", { materials: event.target.checked ? [...ids, material.id] : ids }); } });
  return h("section", { class: "panel sheet-row" },
    h("h3", {}, shortName(material.name), material.pages.length ? "" : "（还没拍）"),
    h("label", { class: "tick" }, tick, "和原件一样"),
    h("div", { class: "thumbs" }, material.pages.map((page, number) => thumb(material, page, number, counter, larger))));
}

function thumb(material, page, number, counter, larger) {
  const address = `/api/visit/pages/${page.page_id}`;
  const look = () => {
    fill(larger, h("img", { src: address, alt: `${material.name} ${page.name}` }), h("p", {},
      button("回去", () => larger.close()), " ",
      button("重拍这一页", () => counter.change("/api/visit/retake", { material_id: material.id, page: number }), { quiet: true }), " ",
      button("去掉这一页", () => counter.change("/api/visit/drop-page", { material_id: material.id, page: number }), { quiet: true })));
    larger.showModal();
  };
  return h("button", { type: "button", class: "thumb", onclick: look }, h("img", { src: address, alt: "" }),
    page.name, page.kept_despite.length ? h("span", { class: "mark yellow" }, "有瑕疵") : null);
}

function abandon(counter, dialog) {
  fill(dialog, h("h2", {}, "真的不办了吗？"), h("p", {}, "拍好的材料和填好的表会从这台电脑上删掉，找不回来。"),
    h("p", {}, button("再想想", () => dialog.close()), " ", button("不办了，删掉", () => counter.change("/api/visit/abandon"), { quiet: true })));
  dialog.showModal();
}
