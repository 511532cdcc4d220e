// 选事项: found by words, pinyin or initials, or picked by department; and beside them what was begun before.
import { get, post } from "./api.js";
import { button, fill, h } from "./dom.js";

const PAUSE_MS = 120; // between the last letter and the question to the program
const STEP = { ArrowRight: 1, ArrowLeft: -1 };

export async function showItems(work, counter) {
  const practise = counter.health && !counter.health.practice ? button("练习一下", () => counter.practise(true), { quiet: true, id: "practise" }) : null;
  counter.actions(practise, button("群众评价", () => { counter.view = "rating"; counter.render(); }, { quiet: true, id: "rating" }), button("退出登录", () => signOut(counter), { quiet: true }));
  fill(work, h("p", { class: "wait" }, "正在打开……"));
  const [items, drafts, corrections] = await Promise.all([
    counter.ask(() => get("/api/items")), counter.ask(() => get("/api/drafts")), counter.ask(() => get("/api/corrections"))]);
  if (!items) return;
  const chooser = itemChooser(items.items, counter);
  fill(work, h("div", { class: "two" },
    chooser,
    h("aside", { class: "stack" },
      h("h2", {}, "要补材料的"),
      list(corrections ? corrections.corrections : [], "没有要补的。", (one) => correctionCard(one, counter)),
      h("h2", {}, "放着没办完的"),
      list(drafts ? drafts.drafts : [], "没有放着的。", (one) => draftCard(one, counter)))));
  chooser.querySelector("#find").focus();
}

function itemChooser(all, counter) {
  const told = h("p", { class: "quiet-words", role: "status" });
  const shown = h("div", { class: "stack", id: "found" });
  const box = h("input", { type: "search", id: "find", maxlength: "50", autocomplete: "off", spellcheck: "false", placeholder: "例：低保、dibao、gljt" });
  const cards = () => [...shown.querySelectorAll(".item")];
  let asked = ""; // what the cards on the screen answer
  let timer = null;

  async function find() {
    clearTimeout(timer);
    const words = box.value.trim();
    if (words === asked) return;
    const answer = words ? await counter.ask(() => get(`/api/items?words=${encodeURIComponent(words)}`)) : { items: all };
    if (!answer || words !== box.value.trim()) return; // more was typed meanwhile
    asked = words;
    show(answer.items);
  }

  function show(items) {
    told.textContent = asked ? (items.length ? `找到 ${items.length} 项，按回车办第一项，按方向键往下挑` : `没有找到“${asked}”，换个说法试试`) : `一共 ${items.length} 项`;
    fill(shown, asked ? grid(items, counter) : byDepartment(items).map(([name, members]) =>
      h("section", { class: "department", "aria-label": name }, h("h3", {}, `${name} ${members.length} 项`), grid(members, counter))));
  }

  box.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(find, PAUSE_MS); });
  box.addEventListener("keydown", async (event) => {
    if (event.isComposing) return; // these keys choose a character
    if (event.key === "Escape") { box.value = ""; find(); }
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    await find(); // the answer to what was typed last, not to what stood there before
    const first = cards()[0];
    if (event.key === "ArrowDown" && first) first.focus();
    else if (asked && asked === box.value.trim() && first) first.click();
  });
  shown.addEventListener("keydown", (event) => moveAmong(event, cards(), box));
  show(all);
  return h("section", { class: "stack", "aria-label": "事项" },
    h("h2", {}, "今天办什么事？"),
    h("div", { class: "find", role: "search" },
      h("label", { for: "find" }, "打字、拼音，或者每个字拼音的头一个字母"), box, told),
    shown);
}

// Arrows go from card to card, up from the first row back to the box; a letter goes on typing.
function moveAmong(event, cards, box) {
  const here = cards.indexOf(document.activeElement);
  if (here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
  if (event.key === "Escape" || (event.key.length === 1 && event.key !== " ")) return box.focus();
  if (!event.key.startsWith("Arrow")) return;
  event.preventDefault();
  const next = event.key in STEP ? cards[here + STEP[event.key]] : inNextRow(cards, cards[here], event.key === "ArrowDown");
  if (next) next.focus();
  else if (event.key === "ArrowUp") box.focus();
}

function inNextRow(cards, from, down) {
  const place = (card) => card.getBoundingClientRect();
  const here = place(from);
  const beyond = cards.filter((card) => (down ? place(card).top >= here.bottom : place(card).bottom <= here.top));
  const distance = (card) => Math.abs(place(card).top - here.top) * 10 + Math.abs(place(card).left - here.left);
  return beyond.sort((one, other) => distance(one) - distance(other))[0];
}

function byDepartment(items) {
  const groups = new Map();
  for (const item of items) groups.set(item.department, [...(groups.get(item.department) || []), item]);
  return [...groups];
}

const grid = (items, counter) => h("div", { class: "items" }, items.map((item) => itemCard(item, counter)));

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
