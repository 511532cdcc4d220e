// A print that takes long: how far it is, in words, until the paper is out; one print at a time.
import { get } from "./api.js";
import { fill, h } from "./dom.js";

let underWay = false;

export const isPrinting = () => underWay;

// Shows how far the print is in `place` until `work` is done.
export async function whilePrinting(place, work) {
  underWay = true;
  const line = h("span", { id: "print-progress", "aria-live": "off" }, "正在打印，请等一等。");
  show(place, line);
  const timer = setInterval(async () => {
    const answer = await get("/api/printing").catch(() => null);
    if (!underWay || !answer || !answer.words) return;
    if (!line.isConnected || place.hidden) show(place, line);
    line.textContent = `${answer.words}。`;
  }, 800);
  try {
    return await work();
  } finally {
    underWay = false;
    clearInterval(timer);
  }
}

function show(place, line) {
  place.className = "printing";
  fill(place, h("span", { class: "turning", "aria-hidden": "true" }), line, h("p", {}, "纸出来以前，不用再点。"));
  place.hidden = false;
}
