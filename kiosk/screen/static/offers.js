// What the papers offer for the form: shown, never written by itself; the agent confirms one by one or all at once.
import { post } from "./api.js";
import { button, h } from "./dom.js";
import { shortName } from "./pages.js";

const ready = (visit) => visit.fields.filter((field) => field.offer && !field.offer.trouble && !field.value);

// Beside a line of the form; F2 in the line says yes.
export function offerFor(field, keep) {
  const offer = field.offer;
  if (!offer) return null;
  const source = `“${shortName(offer.from)}”上是 `;
  return h("p", { class: `offer${offer.trouble ? " doubtful" : ""}`, id: `${field.id}-offer` },
    h("span", {}, source, h("b", {}, offer.value), field.value ? "，和填的不一样" : "", offer.trouble ? h("span", { class: "missing" }, ` ${offer.trouble}`) : null),
    button(field.value ? "改成这个（F2）" : "填进去（F2）", () => keep(field.id, offer.value), { quiet: true, small: true }));
}

// Above the form: all that is sure and still empty, in one go.
export function offerAll(visit, fillIn, toCapture) {
  const offered = ready(visit);
  if (offered.length)
    return h("div", { class: "panel offers wide" }, h("p", {}, `从证件上认出 ${offered.length} 项：${offered.map((field) => field.label).join("、")}。请看清楚再点。`),
      button("都对，填进去（F4）", fillIn, { id: "fill-in" }));
  const started = visit.materials.some((one) => one.pages.length);
  return started ? null : h("div", { class: "panel offers quiet wide" }, h("p", {}, "先拍身份证、户口簿、存折，姓名和号码能自动认出来，少打字。"), button("先拍材料", toCapture, { quiet: true, id: "capture-first" }));
}

export const answersOffered = (visit) => Object.fromEntries(ready(visit).map((field) => [field.id, field.offer.value]));

export const offeredFor = (visit) => (visit.kind === "application" ? ready(visit).length : 0);

// While capturing: that there is something to confirm on the form.
export function offersPanel(counter) {
  const offered = offeredFor(counter.visit);
  return offered ? h("div", { class: "panel offers" }, h("p", {}, `从证件上认出 ${offered} 项，可以填到表里`), button("去填表", () => counter.turnTo("answers"), { quiet: true, small: true, id: "to-answers" })) : null;
}

export function readingLine(visit) {
  const busy = visit.materials.flatMap((one) => one.pages).filter((page) => page.is_being_read).length;
  if (visit.reading_trouble) return h("p", { class: "quiet-words" }, visit.reading_trouble);
  return busy ? h("p", { class: "quiet-words reading" }, `正在认字……还有 ${busy} 页，不用等`) : null;
}

export const fillIn = (counter) => counter.ask(() => post("/api/visit/answers", answersOffered(counter.visit)));
