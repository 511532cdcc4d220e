// Builds elements; text always goes in as text, so nothing that comes from a form or the server can become markup.
const SVG = "http://www.w3.org/2000/svg";
const SVG_NAMES = new Set(["svg", "g", "path", "line", "polygon", "circle", "rect", "text"]);

export function h(name, attributes, ...children) {
  const element = SVG_NAMES.has(name) ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (["value", "checked", "disabled", "selected", "open"].includes(key)) element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat(3).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const button = (words, onclick, more = {}) =>
  h("button", { type: "button", class: "btn" + (more.quiet ? " quiet" : "") + (more.small ? " small" : ""), onclick, disabled: more.disabled, id: more.id }, words);

export const fill = (place, ...children) => place.replaceChildren(...children.flat(3).filter(Boolean));

// Draws a part anew and leaves the focus where it was, if what had it is still there; says whether it is.
export function keepingFocus(place, draw) {
  const name = place.contains(document.activeElement) ? nameOf(document.activeElement) : "";
  draw();
  const again = name && place.querySelector(name);
  if (again) again.focus();
  return Boolean(again) || place.contains(document.activeElement);
}

function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  if (element.dataset.page) return `[data-page="${element.dataset.page}"]`;
  const material = element.closest("[data-material]");
  return material ? `[data-material="${material.dataset.material}"] ${element.tagName.toLowerCase()}` : "";
}
