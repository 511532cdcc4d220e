// The ring that fills while a sheet lies still: when it is full the picture is taken. Words beside it say the same.
import { h } from "./dom.js";

const ROUND = 2 * Math.PI * 15;

export function countdown() {
  const arc = h("circle", { cx: 18, cy: 18, r: 15, class: "arc", "stroke-dasharray": ROUND, "stroke-dashoffset": ROUND });
  const element = h("svg", { class: "ring", viewBox: "0 0 36 36", "aria-hidden": "true" }, h("circle", { cx: 18, cy: 18, r: 15, class: "track" }), arc);
  const show = (share) => {
    element.classList.toggle("running", share > 0);
    arc.setAttribute("stroke-dashoffset", String(ROUND * (1 - share)));
  };
  show(0);
  return { element, show };
}
