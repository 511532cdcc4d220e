// The live picture with the found sheet outlined; asks for the next picture as soon as the last is drawn.
import { fill, h } from "./dom.js";

export const FINDING_WORDS = { no_sheet: "没有纸", blurred: "模糊", cut_off: "没拍全", glare: "反光", too_dark: "太暗", too_small: "太小", obstructed: "有遮挡", wrong_page: "不对" };

// `waiting` tells what the page looks on for, as {visit, material}; null while nothing may be taken by itself.
export function cameraView(onLook, waiting) {
  const picture = h("img", { alt: "高拍仪的画面" });
  const outline = h("svg", { class: "outline", role: "img", "aria-label": "取景", preserveAspectRatio: "xMidYMid meet" });
  const blank = h("div", { class: "blank" }, "正在打开高拍仪……");
  const view = { elements: [picture, outline, blank], stop: () => { running = false; } };
  let running = true, number = 0, address = "";
  const ask = () => fetch(`/preview?${new URLSearchParams({ after: number, ...waiting() })}`, { credentials: "same-origin" });

  async function loop() {
    let asked = ask();
    while (running) {
      try {
        const response = await asked;
        if (response.status === 204) { asked = ask(); continue; }
        if (!response.ok) { await trouble(response); asked = ask(); continue; }
        const look = JSON.parse(response.headers.get("X-Sheet"));
        const jpeg = await response.blob();
        number = look.number;
        asked = ask(); // the next picture comes while this one is drawn
        asked.catch(() => {});
        if (running) await draw(jpeg, look);
      } catch {
        await pause(1000);
        asked = ask();
        asked.catch(() => {});
      }
    }
    if (address) URL.revokeObjectURL(address);
  }

  async function draw(jpeg, look) {
    const fresh = URL.createObjectURL(jpeg);
    picture.src = fresh;
    await picture.decode().catch(() => {});
    if (address) URL.revokeObjectURL(address);
    address = fresh;
    blank.hidden = true;
    picture.hidden = false;
    trace(outline, look);
    onLook(look);
  }

  async function trouble(response) {
    const answer = await response.json().catch(() => ({ error: { message: "高拍仪没有反应。" } }));
    blank.textContent = answer.error.message;
    blank.hidden = false;
    picture.hidden = true;
    fill(outline);
    onLook({ sheet: null, findings: [], auto: null, trouble: answer.error.message });
    await pause(800);
  }

  loop();
  return view;
}

export function trace(outline, look) {
  outline.setAttribute("viewBox", `0 0 ${look.width} ${look.height}`);
  if (!look.sheet) { fill(outline); outline.setAttribute("aria-label", "取景：没有找到纸"); return; }
  const good = look.findings.length ? null : "good";
  fill(outline,
    h("polygon", { points: look.sheet.map((corner) => corner.join(",")).join(" "), class: good }),
    look.sheet.map(([x, y]) => h("circle", { cx: x, cy: y, r: 9, class: good })),
    look.findings.filter((one) => one.box && one.code !== "cut_off").map(({ box }) => h("rect", { x: box[0], y: box[1], width: box[2], height: box[3] })));
  outline.setAttribute("aria-label", "取景：已找到一张纸");
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
