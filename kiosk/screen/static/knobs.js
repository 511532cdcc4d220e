// The knobs of the camera: sharpen, lighter, darker; only those it has, and every turn says what became of it.
import { get, post } from "./api.js";
import { button, fill, h } from "./dom.js";

const KNOBS = [["refocus", "对焦 F", "重新对焦", "正在对焦"], ["brighter", "亮 +", "亮一点", "正在调亮"], ["darker", "暗 -", "暗一点", "正在调暗"]];
const KEYS = { f: "refocus", F: "refocus", "+": "brighter", "=": "brighter", "-": "darker" };

// `say(colour, title, sentence)` tells the agent; `hold()` keeps that in sight for a moment.
export function cameraKnobs(counter, say, hold) {
  const element = h("div", { class: "knobs", role: "group", "aria-label": "调高拍仪" });
  let present = [], known = false;

  async function seen(trouble) { // a camera in trouble says so in its picture, and is asked anew when it is back
    const asks = !trouble && !known;
    known = !trouble;
    if (!asks) return;
    present = await get("/api/camera/knobs").then((answer) => answer.knobs, () => []);
    fill(element, KNOBS.filter(([name]) => present.includes(name)).map(knob));
  }

  function knob([name, words, title]) {
    const made = button(words, () => turn(name), { quiet: true, small: true, id: name });
    made.title = title;
    return made;
  }

  async function turn(name) {
    say("blue", KNOBS.find(([one]) => one === name)[3], "请等一等");
    const answer = await counter.ask(() => post("/api/camera/knobs", { turn: name }));
    if (answer) say(answer.done ? "green" : "yellow", answer.done ? "调好了" : "调不动了", answer.words);
    hold();
  }

  function onKey(event) {
    const name = KEYS[event.key];
    if (!name || !present.includes(name)) return;
    event.preventDefault();
    turn(name);
  }

  return { element, seen, onKey };
}
