// 选事项: the six errands, and beside them what was begun before.
import { get, post } from "./api.js";
import { button, fill, h } from "./dom.js";

export async function showItems(work, counter) {
  counter.actions(button("退出登录", () => signOut(counter), { quiet: true }));
  fill(work, h("p", { class: "wait" }, "正在打开……"));
  const [items, drafts, corrections] = await Promise.all([
    counter.ask(() => get("/api/items")), counter.ask(() => get("/api/drafts")), counter.ask(() => get("/api/corrections"))]);
  if (!items) return;
  fill(work, h("div", { class: "two" },
    h("section", { class: "stack", "aria-label": "事项" },
      h("h2", {}, "今天办什么事？"),
      h("div", { class: "items" }, items.items.map((item) => itemCard(item, counter)))),
    h("aside", { class: "stack" },
      h("h2", {}, "要补材料的"),
      list(corrections ? corrections.corrections : [], "没有要补的。", (one) => correctionCard(one, counter)),
      h("h2", {}, "放着没办完的"),
      list(drafts ? drafts.drafts : [], "没有放着的。", (one) => draftCard(one, counter)))));
  work.focus();
}

const list = (entries, empty, card) => (entries.length ? entries.map(card) : h("p", { class: "quiet-words" }, empty));

const itemCard = (item, counter) =>
  h("button", { type: "button", class: "item", "data-item": item.code, onclick: () => counter.change("/api/visits", { item_code: item.code }) },
    h("b", {}, item.name), h("span", {}, item.audience), h("span", {}, `${item.promised}办好 · ${item.fee}`));

const correctionCard = (one, counter) =>
  h("button", { type: "button", class: "item", "data-case": one.case_number, onclick: () => counter.change("/api/visits", { case_number: one.case_number }) },
    h("b", {}, `${one.item_name} · ${one.applicant}`),
    (one.reasons || []).map((reason) => h("span", {}, `${reason.material_name}：${reason.reason_label}`)));

const draftCard = (one, counter) =>
  h("button", { type: "button", class: "item", "data-draft": one.visit_id, onclick: () => counter.change("/api/visits", { visit_id: one.visit_id }) },
    h("b", {}, `${one.item_name} · ${one.applicant}`), h("span", {}, `${one.started} 开始，到“${one.step_words}”，已拍 ${one.pages} 页`));

async function signOut(counter) {
  if (await counter.ask(() => post("/api/sign-out"))) { counter.agent = null; counter.visit = null; counter.render(); }
}
