// 读身份证: asks the card reader for the card of one person of the form, and says all the while what it waits for.
import { get, post } from "./api.js";
import { button, h } from "./dom.js";

let following = null; // the timer while a card is waited for
let standing = null; // how far the reading is

export const cardKey = "F8";

// Above the form: a button for each person, or what the reader waits for; nothing where no reader is set.
export function cardPanel(counter, redraw) {
  const { cards } = counter.visit;
  if (!counter.health.card_reader || !cards.length) return null;
  return h("section", { class: "panel card-reader wide", "aria-label": "身份证读卡器" }, standing ? waitingFor(standing, redraw) : offered(cards, counter, redraw));
}

export const nextCard = (visit) => visit.cards.find((one) => !one.is_read) || visit.cards[0];

export async function readCard(counter, redraw, card = nextCard(counter.visit)) {
  if (standing || !card || !counter.health.card_reader) return;
  await counter.queue; // what was just typed is kept before the card's offers come
  const answer = await counter.ask(() => post("/api/visit/card", { material_id: card.material_id, place: card.place }));
  if (answer) await settle(answer, counter, redraw);
}

export function stopReading() {
  clearTimeout(following);
  if (standing) post("/api/visit/card/cancel").catch(() => {});
  standing = null;
}

function offered(cards, counter, redraw) {
  const first = nextCard(counter.visit);
  return [
    h("div", { class: "buttons" }, cards.map((card) => button(`${card.is_read ? "重读" : "读"}${card.owner}身份证${card === first ? `（${cardKey}）` : ""}`,
      () => readCard(counter, redraw, card), { quiet: card.is_read, id: idOf(card) }))),
    h("p", { class: "read-cards" }, cards.some((one) => one.is_read)
      ? cards.filter((one) => one.is_read).map((card) => [h("span", { class: "mark green" }, "读过了"), ` ${card.owner}身份证 `, button("去掉", () => drop(card, counter, redraw), { quiet: true, small: true, id: `drop-${idOf(card)}` })])
      : h("span", { class: "quiet-words" }, "把身份证放在读卡器上，姓名、号码、住址不用打字。"))];
}

const idOf = (card) => `read-${card.material_id}-${card.place}`;

function waitingFor(now, redraw) {
  return [
    h("p", { role: "status" }, h("span", { class: "mark blue" }, "等身份证"), ` 请把${now.owner}的身份证放在读卡器上，不要动。已经放着的，拿开再放一次。`),
    h("p", { id: "card-left", class: "quiet-words" }, left(now)),
    button("不读了（Esc）", () => { stopReading(); redraw(); }, { quiet: true, id: "stop-card" })];
}

const left = (now) => `还等 ${now.seconds_left} 秒`;

async function settle(answer, counter, redraw) {
  const before = standing;
  standing = answer.card.state === "waiting" ? answer.card : null;
  if (standing) {
    following = setTimeout(() => follow(counter, redraw), 500);
    const line = document.getElementById("card-left");
    if (line) line.textContent = left(standing);
    if (!before) redraw();
    return;
  }
  if (answer.visit) counter.visit = answer.visit;
  redraw();
  if (answer.card.state === "read") counter.announce(`${answer.card.owner}的身份证读好了，请看清楚，按 F4 填进去`);
  if (answer.card.state === "trouble") counter.trouble(answer.card.sentence, answer.card.reference);
}

async function follow(counter, redraw) {
  const answer = await get("/api/visit/card").catch(() => null);
  if (!standing) return; // called off meanwhile
  await settle(answer || { card: standing }, counter, redraw);
}

async function drop(card, counter, redraw) {
  const answer = await counter.ask(() => post("/api/visit/card/drop", { material_id: card.material_id, place: card.place }));
  if (!answer) return;
  counter.visit = answer.visit;
  redraw();
  counter.announce(`去掉了读到的${card.owner}身份证，已经填好的没有动`);
}
