// The wizard: one state, one step on the screen, the status bar always in sight.
import { get, post, Refused } from "./api.js";
import { button, fill, h } from "./dom.js";
import { watchForRareType } from "./rare_type.js";
import { showSignIn } from "./sign_in.js";
import { showItems } from "./items.js";
import { showNotice } from "./notice.js";
import { showAnswers } from "./answers.js";
import { showCapture } from "./capture.js";
import { showCheck } from "./check.js";
import { isPrinting, whilePrinting } from "./printing.js";
import { showPackets, showSent } from "./packets.js";
import { showRating } from "./rating.js";
import { helpKey, showHelp } from "./help.js";
import { forgetPictures } from "./pages.js";

const byId = (id) => document.getElementById(id);
const SHOW = { choose_item: showItems, notice: showNotice, answers: showAnswers, capture: showCapture, check: showCheck, packed: showSent, sent: showSent };

export const counter = {
  agent: null, visit: null, health: null, view: "visit",
  leave: null, // what the step on the screen wants done before another takes its place
  help: "", // which part of the help fits the step on the screen

  async ask(work) {
    hush();
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.code === "not_signed_in") { counter.agent = null; counter.render(); }
      else if (error.code === "not_opened") showClosed();
      tell(error.message, error.reference);
      return null;
    }
  },
  queue: Promise.resolve(), // small changes under way, one after the other
  async change(path, body) {
    await counter.queue; // what was just typed or ticked is on the disk before the step is left
    const answer = await counter.ask(() => post(path, body));
    if (answer && "visit" in answer) { counter.visit = answer.visit; counter.render(); }
    return answer;
  },
  turnTo: (step) => counter.change("/api/visit/step", { step }),
  async print(path, body) {
    if (isPrinting()) return null; // how far it is stands on the screen
    const print = async () => { await counter.queue; return post(path, body); };
    const answer = await counter.ask(() => whilePrinting(byId("message"), print));
    if (!answer) return null;
    if (answer.visit) { counter.visit = answer.visit; counter.render(); }
    tell(answer.printed.path ? `${answer.printed.words}。` : `${answer.printed.words}。请看看纸出来了没有，没出来就再点一次。`, "", true);
    return answer;
  },
  actions: (...buttons) => fill(byId("actions"), packetsButton(), buttons),
  say: (words) => tell(words, "", true),
  trouble: (sentence, reference) => tell(sentence, reference),
  announce: (words) => { byId("announce").textContent = ""; byId("announce").textContent = words; }, // for ears: eyes see it happen
  progress: showProgress,
  redraw: null, // the step on the screen draws counter.visit anew, where it can without being left
  followReading,
  async practise(on) {
    await counter.queue;
    const answer = await counter.ask(() => post("/api/practice", { on }));
    if (!answer) return;
    counter.visit = answer.visit;
    counter.view = "visit";
    counter.health = await get("/api/health");
    render();
    counter.announce(on ? "现在是练习，什么都不会真的办、真的传、真的打印" : "练习结束，回到真的窗口");
  },
  render,
};

function tell(words, reference, good = false) {
  const place = byId("message");
  place.className = good ? "good" : "";
  fill(place, h("p", {}, words), reference ? h("span", { class: "reference" }, `编号 ${reference}`) : null,
    button("知道了", hush, { quiet: true, small: true }));
  place.hidden = false;
}
function hush() { byId("message").hidden = true; }

function packetsButton() {
  if (!counter.agent) return null;
  const unsent = counter.health ? counter.health.unsent : 0;
  if (counter.view !== "visit") return button("回到办事", () => { counter.view = "visit"; render(); }, { quiet: true });
  return button(unsent ? `待传 ${unsent} 份` : "上传记录", () => { counter.view = "packets"; render(); }, { quiet: true, id: "packets" });
}

function render() {
  if (counter.leave) { counter.leave(); counter.leave = null; }
  counter.redraw = null;
  const work = byId("work");
  const step = counter.visit ? counter.visit.step : "choose_item";
  byId("title").textContent = titleOf(counter.visit);
  fill(byId("who"), counter.agent ? `代办员：${counter.agent.display_name}` : "");
  markSteps(step);
  markPractice();
  showProgress();
  if (!counter.visit || counter.visit.step === "sent") forgetPictures();
  counter.help = step;
  fill(byId("actions"));
  if (!counter.agent) showSignIn(work, counter);
  else if (counter.view === "packets") showPackets(work, counter);
  else if (counter.view === "rating") showRating(work, counter);
  else SHOW[step](work, counter);
}

function titleOf(visit) {
  if (!counter.agent || !visit || !visit.item) return counter.health ? `${counter.health.village_name} · 村级窗口` : "农事网通 · 村级窗口";
  return visit.kind === "correction" ? `补正：${visit.item.name}` : visit.item.name;
}

function markSteps(step) {
  const shown = step === "sent" ? "packed" : step;
  const open = counter.agent && counter.visit && counter.view === "visit" ? counter.visit.open_steps || [] : [];
  for (const place of byId("steps").children) {
    const name = place.dataset.step;
    const here = counter.agent && name === shown;
    if (here) place.setAttribute("aria-current", "step"); else place.removeAttribute("aria-current");
    const go = place.firstElementChild;
    go.disabled = here || !open.includes(name);
    go.onclick = () => counter.turnTo(name);
  }
}

function markPractice() {
  const practising = Boolean(counter.health && counter.health.practising);
  document.body.classList.toggle("practising", practising);
  byId("practice-mark").hidden = !(counter.health && counter.health.practice);
  byId("practice-bar").hidden = !practising;
}

// What is still missing, on every step of the visit.
function showProgress() {
  const visit = counter.agent && counter.view === "visit" ? counter.visit : null;
  const materials = (visit && visit.materials) || [];
  const missing = materials.filter((one) => !one.complete).length;
  byId("progress").hidden = !materials.length;
  byId("progress").textContent = missing ? `还差 ${missing} 样` : "都拍齐了";
  byId("progress").className = missing ? "chip missing" : "chip done";
}

// While pages are being read in the background, what they say is fetched now and then.
let following = null;
function followReading() {
  clearTimeout(following);
  if (counter.visit && pagesOf(counter.visit).some((page) => page.is_being_read)) following = setTimeout(fetchReading, 900);
}
async function fetchReading() {
  const before = counter.visit, redraw = counter.redraw;
  const answer = await get("/api/visit").catch(() => null);
  const same = answer && answer.visit && before && answer.visit.visit_id === before.visit_id && answer.visit.step === before.step;
  if (!same || counter.visit !== before || counter.redraw !== redraw || !redraw) return counter.redraw && followReading();
  if (byId("dialog").open || JSON.stringify(answer.visit) === JSON.stringify(before)) return followReading(); // what is looked at stays
  const told = new Set(pagesOf(before).map((page) => page.remark));
  counter.visit = answer.visit;
  redraw();
  for (const page of pagesOf(answer.visit)) if (page.remark && !told.has(page.remark)) counter.announce(page.remark);
}
const pagesOf = (visit) => (visit.materials || []).flatMap((one) => one.pages);

function showClosed() {
  fill(byId("work"), h("p", { class: "wait" }, "请从桌面图标重新打开村级窗口。"));
}

async function watchHealth() {
  try {
    const health = await get("/api/health");
    const before = counter.health;
    counter.health = health;
    const told = health.signs.filter((sign) => sign.name !== "disk" || sign.state !== "good");
    fill(byId("signs"), told.map((sign) => h("li", { class: sign.state }, sign.words)));
    markPractice();
    const lost = counter.agent && !health.agent;
    if (lost) { counter.agent = null; render(); tell("有一会儿没人用，已经自动退出。请重新登录，办到一半的还在。", ""); }
    const packets = byId("packets");
    if (packets && before && before.unsent !== health.unsent) packets.textContent = health.unsent ? `待传 ${health.unsent} 份` : "上传记录";
  } catch (error) {
    fill(byId("signs"), h("li", { class: "bad" }, error.message));
  }
  setTimeout(watchHealth, 2500);
}

async function start() {
  const secret = location.hash.slice(1);
  if (secret) {
    history.replaceState(null, "", "/"); // so that it stays in no history
    if (!(await counter.ask(() => post("/open", { secret })))) return showClosed();
  }
  const health = await counter.ask(() => get("/api/health"));
  if (!health) return;
  counter.health = health;
  counter.agent = health.agent;
  if (counter.agent) counter.visit = (await get("/api/visit")).visit;
  render();
  watchHealth();
}

document.addEventListener("keydown", (event) => helpKey(event, counter));
byId("help").onclick = () => showHelp(counter.help);
byId("end-practice").onclick = () => counter.practise(false);
watchForRareType();
start();
