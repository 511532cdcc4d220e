// The pages of a material as real pictures: turned, put in order, moved to another material and taken out, by keys or mouse.
import { post } from "./api.js";
import { button, fill, h } from "./dom.js";

export const LOOSE = "_loose"; // kiosk/flow/visit.py
export const shortName = (name) => name.replace(/（[^）]*）/g, "");
export const PAGE_KEYS = "回车看大图，R 转，Ctrl 加方向键挪，Delete 去掉，Ctrl 加 Z 撤销";

const pictures = new Map(); // one element for each page as it is turned, so that drawing a step anew fetches nothing

function picture(page) {
  const key = `${page.page_id}:${page.turn}`;
  if (!pictures.has(key)) pictures.set(key, h("img", { src: `/api/visit/pages/${page.page_id}/shown?side=small&turn=${page.turn}`, alt: "", draggable: "false" }));
  return pictures.get(key);
}
export const forgetPictures = () => pictures.clear(); // another villager's turn

// `desk` is the step around the pages: {counter, redraw()}, redraw showing counter.visit as it is now.
export function strip(group, desk) {
  if (!group.pages.length) return null;
  const shelf = h("div", { class: "strip", role: "group", "aria-label": `${shortName(group.name)}的页` }, group.pages.map((page, index) => thumb(group, page, index, desk)));
  shelf.addEventListener("dragover", (event) => event.preventDefault());
  shelf.addEventListener("drop", (event) => drop(event, group, desk));
  return shelf;
}

function thumb(group, page, index, desk) {
  const label = `${shortName(group.name)}，${page.name}，${group.pages.length} 页里的第 ${index + 1} 页${page.words ? `，${page.words}` : ""}${page.remark ? `，请看一下：${page.remark}` : ""}`;
  const card = h("button", { type: "button", class: "thumb", draggable: "true", "data-page": page.page_id, "data-at": `${group.id}:${index}`, "aria-label": label,
    "aria-keyshortcuts": "Enter R Delete Control+ArrowLeft Control+ArrowRight Control+ArrowUp Control+ArrowDown",
    onclick: () => showPage(group, page, index, desk) },
    picture(page), h("span", {}, page.name), stateOf(page));
  card.addEventListener("keydown", (event) => key(event, group, page, index, desk));
  card.addEventListener("dragstart", (event) => event.dataTransfer.setData("text/plain", JSON.stringify({ material_id: group.id, page: index })));
  return card;
}

const stateOf = (page) => (page.is_being_read ? h("span", { class: "mark blue" }, "正在认字…")
  : page.remark ? h("span", { class: "mark red" }, "请看一下")
  : page.words ? h("span", { class: "mark yellow" }, page.words) : null);

// What reading found on the pages of a material, each with the two things that can be done about it.
export const remarks = (group, desk) => group.pages.map((page, index) => (page.remark ? remarkOn(group, page, index, desk, () => {}) : null));

const remarkOn = (group, page, index, desk, before) =>
  h("div", { class: "remark", role: "note" }, h("p", {}, h("b", {}, `${page.name}：`), page.remark),
    h("div", { class: "buttons" },
      button("重拍", () => { before(); desk.counter.change("/api/visit/retake", where(group, index)); }, { quiet: true, small: true }),
      button("没有错，就用这一页", () => { before(); act(desk, "/api/visit/vouch-page", where(group, index), `${page.name} 就用这一页`, page.page_id); }, { quiet: true, small: true })));

function key(event, group, page, index, desk) {
  if (event.altKey || event.metaKey) return;
  const arrow = event.key.startsWith("Arrow") ? event.key.slice(5) : "";
  const what = event.ctrlKey ? { Left: () => shift(-1), Right: () => shift(1), Up: () => toNeighbour(-1), Down: () => toNeighbour(1) }[arrow]
    : arrow ? () => focusNeighbour(event.currentTarget, arrow)
    : { r: () => turn(group, page, index, desk), R: () => turn(group, page, index, desk), Delete: () => remove(group, page, index, desk) }[event.key];
  if (!what) return;
  event.preventDefault();
  event.stopPropagation();
  what();

  function shift(step) { moveTo(group, page, index, group, index + step, desk); }
  function toNeighbour(step) {
    const groups = groupsOf(desk.counter.visit);
    const other = groups[groups.findIndex((one) => one.id === group.id) + step];
    if (other) moveTo(group, page, index, other, other.pages.length, desk);
  }
}

function focusNeighbour(here, arrow) {
  const all = [...document.querySelectorAll("main .thumb")];
  const next = all[all.indexOf(here) + (arrow === "Left" || arrow === "Up" ? -1 : 1)];
  if (next) next.focus();
}

export const groupsOf = (visit) => [...(visit.loose.length ? [looseGroup(visit)] : []), ...visit.materials];
export const looseGroup = (visit) => ({ id: LOOSE, name: "没归好的", pages: visit.loose });

async function act(desk, path, body, words, focus = document.activeElement.dataset.page) {
  const answer = await desk.counter.ask(() => post(path, body));
  if (!answer) return;
  desk.counter.visit = answer.visit;
  desk.redraw();
  desk.counter.announce(words);
  const again = focus && document.querySelector(`main [data-page="${focus}"]`);
  if (again) again.focus();
}

const where = (group, index) => ({ material_id: group.id, page: index });

export const turn = (group, page, index, desk) =>
  act(desk, "/api/visit/turn-page", { ...where(group, index), degrees: 90 }, `${page.name} 向右转了一下`, page.page_id);

function remove(group, page, index, desk) {
  const next = group.pages[index + 1] || group.pages[index - 1];
  return act(desk, "/api/visit/drop-page", where(group, index), `去掉了 ${shortName(group.name)} ${page.name}，按 Ctrl 加 Z 可以撤销`, next && next.page_id);
}

function moveTo(group, page, index, to, place, desk) {
  const last = to.id === group.id ? group.pages.length - 1 : to.pages.length;
  if (place < 0 || place > last) return desk.counter.announce(place < 0 ? "已经是第一页" : "已经是最后一页");
  return act(desk, "/api/visit/move-page", { ...where(group, index), to: to.id, place },
    `${page.name} 挪到了 ${shortName(to.name)} 第 ${place + 1} 页`, page.page_id);
}

function drop(event, group, desk) {
  event.preventDefault();
  let from;
  try { from = JSON.parse(event.dataTransfer.getData("text/plain")); } catch { return; } // something else was dropped
  const source = groupsOf(desk.counter.visit).find((one) => one.id === from.material_id);
  if (!source || !source.pages[from.page]) return;
  const onto = event.target.closest(".thumb");
  const end = source.id === group.id ? group.pages.length - 1 : group.pages.length;
  const place = onto ? Number(onto.dataset.at.split(":")[1]) : end;
  moveTo(source, source.pages[from.page], from.page, group, Math.min(place, end), desk);
}

export async function undo(desk) {
  if (!desk.counter.visit.undo) return desk.counter.announce("没有可以撤销的");
  await act(desk, "/api/visit/undo", {}, `撤销了“${desk.counter.visit.undo}”`);
}

export const undoButton = (desk) => (desk.counter.visit.undo
  ? button(`撤销“${desk.counter.visit.undo}”`, () => undo(desk), { quiet: true, id: "undo" }) : null);

export const undoKey = (event, desk) => {
  if (!event.ctrlKey || event.key.toLowerCase() !== "z" || event.target.matches("input[type=text], textarea")) return;
  event.preventDefault();
  undo(desk);
};

// What was read on the page, beside its picture; the agent compares, the program only says what it saw.
function beside(group, page, index, desk, shut) {
  if (!page.remark && !page.read.length) return null;
  return h("div", { class: "beside" }, page.remark ? remarkOn(group, page, index, desk, shut) : null,
    page.read.length ? [h("h3", {}, "认出来的字"), h("dl", { class: "given" }, page.read.map((one) => [h("dt", {}, one.label), h("dd", {}, one.value, one.trouble ? h("span", { class: "missing" }, ` ${one.trouble}`) : null)]))] : null);
}

// One page large, with everything that can be done to it; the same things the keys do.
function showPage(group, page, index, desk) {
  const dialog = document.getElementById("dialog");
  const shut = (then) => () => { dialog.close(); then(); };
  const others = groupsOf(desk.counter.visit).filter((one) => one.id !== group.id);
  const elsewhere = h("select", { id: "move-to", "aria-label": "挪到别的材料", onchange: (event) => {
    const other = others.find((one) => one.id === event.target.value);
    if (other) shut(() => moveTo(group, page, index, other, other.pages.length, desk))();
  } }, h("option", { value: "" }, group.id === LOOSE ? "这是哪样材料？" : "挪到别的材料"), others.map((one) => h("option", { value: one.id }, shortName(one.name))));
  const again = () => desk.counter.change("/api/visit/retake", where(group, index));
  fill(dialog,
    h("h2", {}, `${shortName(group.name)} · ${page.name}`, page.words ? h("span", { class: "mark yellow" }, page.words) : null),
    h("div", { class: "page-view" },
      h("img", { src: `/api/visit/pages/${page.page_id}/shown?side=large&turn=${page.turn}`, alt: `${group.name} ${page.name}` }),
      beside(group, page, index, desk, () => dialog.close())),
    h("div", { class: "buttons" },
      button("回去（Esc）", () => dialog.close(), { id: "page-back" }),
      button("向右转（R）", shut(() => turn(group, page, index, desk)), { quiet: true }),
      index > 0 ? button("往前挪", shut(() => moveTo(group, page, index, group, index - 1, desk)), { quiet: true }) : null,
      index < group.pages.length - 1 ? button("往后挪", shut(() => moveTo(group, page, index, group, index + 1, desk)), { quiet: true }) : null,
      others.length ? elsewhere : null,
      group.id === LOOSE ? null : button("重拍这一页", shut(again), { quiet: true }),
      button("去掉这一页", shut(() => remove(group, page, index, desk)), { quiet: true })));
  dialog.setAttribute("aria-label", `${group.name} ${page.name}`);
  dialog.showModal();
  document.getElementById("page-back").focus();
  dialog.onkeydown = (event) => {
    if (event.target.matches("select, input")) return;
    if (event.key === "r" || event.key === "R") shut(() => turn(group, page, index, desk))();
    else if (event.key === "Delete") shut(() => remove(group, page, index, desk))();
  };
  dialog.onclose = () => {
    dialog.onkeydown = dialog.onclose = null;
    const here = document.querySelector(`main [data-page="${page.page_id}"]`);
    if (here) here.focus();
  };
}
