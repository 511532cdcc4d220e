// 拍材料: what is still missing, what to do with the sheet right now, and a sheet that lies still is taken by itself.
import { get, post } from "./api.js";
import { cameraView, FINDING_WORDS } from "./camera_view.js";
import { countdown } from "./countdown.js";
import { button, fill, h, keepingFocus } from "./dom.js";
import { DRAWINGS } from "./drawings.js";
import { cameraKnobs } from "./knobs.js";
import { offeredFor, offersPanel, readingLine } from "./offers.js";
import { looseGroup, remarks, shortName, strip, undoButton, undoKey } from "./pages.js";
import { practiceDesk } from "./practice_desk.js";
import { stackPanel } from "./stack.js";

let chosen = null; // a material picked by hand, to add a further page

export function showCapture(work, counter) {
  let busy = false, reading = false, waiting = null, saidLast = "", sight = 0;
  const now = h("span", { class: "now" });
  const ring = countdown();
  const words = h("span", { class: "words" });
  const mark = h("span", { class: "mark" });
  const choices = h("span", { class: "choices-now" });
  const auto = button("", toggleAuto, { quiet: true, small: true, id: "auto" });
  const knobs = cameraKnobs(counter, (...told) => { saidLast = ""; speak(...told); }, () => hold(1500));
  const say = h("div", { class: "say" }, h("div", { class: "told" }, h("div", { role: "status", class: "said" }, mark, words), choices, now), h("div", { class: "turned" }, auto, knobs.element));
  const side = h("aside", { class: "stack", "aria-label": "材料" });
  const extra = h("div", { class: "stack" });
  const hint = h("div", { class: "hint", "aria-hidden": "true" }); // how to lay it, while nothing lies there
  const view = cameraView(onLook, lookingFor);
  const desk = { counter, redraw: refresh };
  fill(work, h("div", { class: "two" }, h("section", { class: "camera", "aria-label": "高拍仪" }, h("div", { class: "view" }, view.elements, ring.element, hint), say), side));
  document.addEventListener("keydown", onKey);
  counter.leave = () => { view.stop(); document.removeEventListener("keydown", onKey); chosen = null; };
  counter.help = "capture";
  counter.redraw = refresh;
  fill(extra, stackPanel(desk));
  refresh();
  if (counter.health && counter.health.virtual_camera) practiceDesk(extra, counter);

  function current() {
    const visit = counter.visit;
    if (visit.retaking) return visit.next;
    const material = visit.materials.find((one) => one.id === chosen);
    if (material) return { material_id: material.id, material_name: material.name, page_name: material.wanted[material.pages.length] || `第${material.pages.length + 1}页` };
    return visit.next;
  }

  function lookingFor() {
    const next = current();
    return next && !document.querySelector("dialog[open]") ? { visit: counter.visit.visit_id, material: next.material_id } : null;
  }

  function refresh() {
    const visit = counter.visit, next = current();
    now.textContent = next ? `${visit.retaking ? "重拍" : "现在拍"}：${shortName(next.material_name)} ${next.page_name}` : "";
    const on = counter.health.shoots_by_itself;
    auto.textContent = on ? "自动拍 开（A）" : "自动拍 关（A）";
    auto.setAttribute("aria-pressed", String(on));
    const kept = keepingFocus(side, () => fill(side, progressHead(visit, desk), readingLine(visit), offersPanel(counter),
      visit.loose.length ? h("div", { class: "material loose" }, h("p", { class: "missing" }, `这 ${visit.loose.length} 张还没说是哪样材料`), strip(looseGroup(visit), desk)) : null,
      visit.materials.map((one, index) => materialRow(one, index, next)), extra));
    const shoot = button("拍（空格键）", () => capture(), { id: "shoot", disabled: !next });
    const check = button("下一步：核对", () => counter.turnTo("check"), { quiet: Boolean(next) || offeredFor(visit) > 0, id: "next" });
    const offered = next ? 0 : offeredFor(visit); // all is taken: what was read waits for the form
    const form = offered ? button(`填表：认出 ${offered} 项`, () => counter.turnTo("answers"), { id: "to-form" }) : null;
    counter.actions(button("先放一放", () => counter.change("/api/visit/set-aside"), { quiet: true }), next ? [check, shoot] : [check, form]);
    counter.progress();
    if (!kept && !work.contains(document.activeElement)) (next ? shoot : form || check).focus();
    const material = next && visit.materials.find((one) => one.id === next.material_id);
    fill(hint, material ? DRAWINGS[material.capture]() : null);
    counter.followReading();
    const here = side.querySelector("[aria-current]");
    if (here) here.scrollIntoView({ block: "nearest" });
  }

  function materialRow(material, index, next) {
    const here = next && next.material_id === material.id;
    return h("div", { class: "material", "aria-current": here ? "true" : null, "data-material": material.id },
      h("button", { type: "button", class: "which", onclick: () => { chosen = material.id; refresh(); }, title: "拍这一样" },
        h("span", { class: "number" + (material.complete ? " done" : "") }, material.complete ? "✓" : index + 1),
        h("span", {}, shortName(material.name), pagesWords(material))),
      strip(material, desk), remarks(material, desk));
  }

  function onLook(look) {
    knobs.seen(look.trouble);
    hint.hidden = Boolean(look.sheet || look.trouble) || !hint.firstChild;
    ring.show(look.auto && look.auto.phase === "counting" ? look.auto.share : 0);
    if (look.auto && look.auto.sight !== sight) { sight = look.auto.sight; waiting = null; } // the sheet was moved: it is looked at afresh
    if (waiting || busy || reading) return;
    const first = look.findings[0], phase = look.auto ? look.auto.phase : "", next = current();
    if (look.trouble) speak("red", "没接好", look.trouble);
    else if (!next) speak("green", "齐了", offeredFor(counter.visit) ? "都拍齐了，按回车去填表" : "都拍齐了，按回车去核对");
    else if (phase === "taken") speak("green", "拍好了", `换下一张：${next.page_name}`);
    else if (first) speak("yellow", FINDING_WORDS[first.code] || "看一下", phase === "held" ? `${first.sentence}就要这样拍，按空格键。` : first.sentence);
    else if (!look.sheet) speak("blue", "正在看", "请等一等");
    else if (phase === "shoot") capture(look.auto.sight);
    else if (phase === "counting") speak("green", "别动", look.auto.share < 0.9 ? "别动，马上拍" : "别动，正在认是哪张纸");
    else if (phase === "asked") speak("yellow", "没拍好", "把纸动一动再放好，或者按空格键");
    else if (phase === "moving") speak("blue", "看到了", "放好，手拿开，别动");
    else speak("green", "可以拍", "放得很好，按空格键");
  }

  function speak(colour, title, sentence, ...more) {
    const said = title + sentence + more.length;
    if (said === saidLast) return;
    saidLast = said;
    mark.className = `mark ${colour}`;
    mark.textContent = title;
    words.textContent = sentence;
    fill(choices, more);
    now.hidden = more.length > 0;
  }

  async function capture(ripe) { // the sight that is to be taken by itself, nothing when somebody pressed
    const next = current();
    if (busy || !next) return;
    busy = true; waiting = null;
    speak("blue", "正在拍", "请不要动");
    const body = { material_id: next.material_id, ...(ripe === undefined ? {} : { sight: ripe }) };
    const answer = await counter.ask(() => post("/api/visit/capture", body).catch(unlessMoved));
    busy = false; saidLast = "";
    if (answer) settle(answer, next.material_id);
  }

  function unlessMoved(refused) { // a sheet pulled away at the last moment is no trouble: the next one is waited for
    if (refused.code === "sheet_changed") return null;
    throw refused;
  }

  function settle(answer, materialId) {
    if (answer.accepted) {
      chosen = null;
      counter.visit = answer.visit;
      fill(choices); // what had the focus may have been one of them
      refresh();
      speak("green", "拍好了", "已经存好，换下一张");
      hold(1000);
      return;
    }
    const first = answer.findings[0] || { code: "", sentence: "没有拍成，再拍一次。" };
    if (!answer.keepable) {
      speak("red", FINDING_WORDS[first.code] || "没拍好", `没有存：${first.sentence}`);
      hold(3500);
      return;
    }
    waiting = materialId;
    const keep = button("就用这张（回车）", keepAnyway, { quiet: true, id: "keep" });
    speak("yellow", FINDING_WORDS[first.code] || "看一下", first.sentence, keep, button("重拍（空格键）", () => capture()));
    keep.focus();
  }

  function hold(milliseconds) {
    reading = true; // what became of the picture stays long enough to be read; the space key works meanwhile
    setTimeout(() => { reading = false; }, milliseconds);
  }

  async function keepAnyway() {
    const answer = await counter.ask(() => post("/api/visit/keep-anyway", { material_id: waiting }));
    waiting = null; saidLast = "";
    if (answer) settle(answer, null);
  }

  async function toggleAuto() {
    const answer = await counter.ask(() => post("/api/auto-shot", { on: !counter.health.shoots_by_itself }));
    if (!answer) return;
    counter.health.shoots_by_itself = answer.shoots_by_itself;
    refresh();
    counter.announce(answer.shoots_by_itself ? "自动拍打开了：放好纸，不用按" : "自动拍关了：放好纸，按空格键拍");
  }

  function onKey(event) {
    if (document.querySelector("dialog[open]")) return;
    undoKey(event, desk);
    if (event.repeat || event.ctrlKey || event.altKey || event.target.matches("input, select, textarea, summary")) return;
    if (event.key === "a" || event.key === "A") { event.preventDefault(); toggleAuto(); }
    if (!busy && !waiting) knobs.onKey(event);
    if (event.code !== "Space") return;
    event.preventDefault(); // also on a button: the space key takes the picture, Enter presses
    capture();
  }
}

export function progressHead(visit, desk) {
  const missing = visit.materials.filter((one) => !one.complete).length;
  return h("div", { class: "progress-head" }, h("h2", { class: missing ? "missing" : "" }, missing ? `还差 ${missing} 样` : "都拍齐了"), undoButton(desk));
}

function pagesWords(material) {
  const taken = material.pages.length;
  if (material.reason && !material.complete) return h("span", { class: "more missing" }, `要补：${material.reason.reason_label}${material.reason.note ? "，" + material.reason.note : ""}`);
  if (material.complete) return h("span", { class: "more" }, `已拍 ${taken} 页`);
  return h("span", { class: "more missing" }, taken ? `还差${material.wanted.slice(taken).join("、")}` : `还差：${material.form}，${material.wanted.join("、")}`);
}
