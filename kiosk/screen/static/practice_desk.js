// 练习台: the sheets that can be laid under the virtual camera, and what may go wrong there.
import { get, post } from "./api.js";
import { h } from "./dom.js";

export async function practiceDesk(side, counter) {
  const state = await get("/api/camera/virtual").catch(() => null);
  if (!state) return;
  const place = (key) => counter.ask(() => post("/api/camera/virtual", { place: key }));
  const quirk = (words, on, off) => h("label", {}, h("input", { type: "checkbox", onchange: (event) => counter.ask(() => post("/api/camera/virtual", event.target.checked ? on : off)) }), words);
  const sheets = h("select", { id: "place", onchange: (event) => place(event.target.value || null) },
    h("option", { value: "" }, "空桌面"), state.specimens.map((one) => h("option", { value: one.key, selected: one.key === state.placed }, one.title)));
  side.append(h("section", { class: "practice-desk panel", "aria-label": "练习台" },
    h("label", { for: "place" }, h("b", {}, "练习台"), "：桌上放"), sheets,
    h("div", { class: "choices" },
      quirk("反光", { glare: 1 }, { glare: 0 }), quirk("放歪", { tilt: 14 }, { tilt: 2 }), quirk("手挡住", { hand: true }, { hand: false }),
      quirk("关灯", { light: 0.1 }, { light: 0.95 }), quirk("拔线", { unplug: true }, { unplug: false }))));
}
