// 读身份证: asks the card reader for the card of one person of the form, and says all the while what it waits for.
import { get, post } from "./api.js";
import { button, h } from "./dom.js";

let following = null; // the timer while a card is waited for
let standing = null; // how far the reading is
let times = 0; // how often the step was left or the reading called off: what was asked before is not drawn after
let calledOff = Promise.resolve();

const cardKey = "F8";

// Above the form: a button for each person, or what the reader waits for; nothing where no reader is set.
export function cardPanel(counter, redraw) {
  const { cards } = counter.visit;
  if (!counter.health.card_reader || !cards.length) return null;
  return h("section", { class: "panel card-reader wide", "aria-label": "身份证读卡器" }, standing ? waitingFor(standing, redraw) : offered(cards, counter, redraw));
}

const nextCard = (visit) => visit.cards.find((one) => !one.is_read) || visit.cards[0];

export async function readCard(counter, redraw, card = nextCard(counter.visit)) {
  if (standing || !card || !counter.health.card_reader) return;
  const before = times;
  await Promise.all([counter.queue, calledOff]); // what was just typed is kept before the card's offers come
  const answer = await counter.ask(() => post("/api/visit/card", { material_id: card.material_id, place: card.place }));
  if (answer && before !== times) callOff();
  else if (answer) await settle(answer, counter, redraw);
}

export function stopReading() {
  clearTimeout(following);
  if (standing) callOff();
  standing = null;
  times += 1;
}

const callOff = () => { calledOff = post("/api/visit/card/cancel").catch(() => {}); };

function offered(cards, counter, redraw) {
  const first = nextCard(counter.visit);
  return cards.map((card) => h("div", { class: "one-card" },
    h("p", {}, card.is_read ? [h("span", { class: "mark green" }, "读过了"), ` ${card.owner}身份证`] : `把${card.owner}身份证放在读卡器上，姓名、号码、住址不用打字。`),
    card.is_read ? button("去掉", () => drop(card, counter, redraw), { quiet: true, id: `drop-${idOf(card)}` }) : null,
    button(`${card.is_read ? "重读" : "读身份证"}${card === first ? `（${cardKey}）` : ""}`, () => readCard(counter, redraw, card), { quiet: card !== first || card.is_read, id: idOf(card) })));
}

const idOf = (card) => `read-${card.material_id}-${card.place}`;

function waitingFor(now, redraw) {
  return h("div", { class: "one-card" },
    h("p", {}, asking(now), " ", h("b", { id: "card-left" }, left(now))),
    button("不读了（Esc）", () => { stopReading(); redraw(); }, { quiet: true, id: "stop-card" }));
}

const asking = (now) => `请把${now.owner}的身份证放在读卡器上，不要动。已经放着的，拿开再放一次。`;
const left = (now) => `还等 ${now.seconds_left} 秒`;

async function settle(answer, counter, redraw) {
  const before = standing;
  standing = answer.card.state === "waiting" ? answer.card : null;
  if (standing) {
    following = setTimeout(() => follow(counter, redraw), 500);
    const line = document.getElementById("card-left");
    if (line) line.textContent = left(standing);
    if (!before) { redraw(); counter.announce(asking(standing)); }
    return;
  }
  if (answer.visit) counter.visit = answer.visit;
  redraw();
  if (answer.card.state === "read") counter.announce(`${answer.card.owner}的身份证读好了，请看清楚，按 F4 填进去`);
  if (answer.card.state === "trouble") counter.trouble(answer.card.sentence, answer.card.reference);
}

async function follow(counter, redraw) {
  const before = times;
  const answer = await get("/api/visit/card").catch(() => null);
  if (before !== times) return;
  await settle(answer || { card: standing }, counter, redraw);
}

async function drop(card, counter, redraw) {
  const before = times;
  const answer = await counter.ask(() => post("/api/visit/card/drop", { material_id: card.material_id, place: card.place }));
  if (!answer || before !== times) return;
  counter.visit = answer.visit;
  redraw();
  counter.announce(`去掉了读到的${card.owner}身份证，已经填好的没有动`);
}
