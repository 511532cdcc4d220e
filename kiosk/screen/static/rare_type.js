// Names hold characters this PC has no type for, and shows as boxes. Whatever is shown or typed is looked through, and
// for the rare ones type is fetched from the program; the style asks for it after the PC's own fonts.
const FAMILY = "Hongye Rare"; // forms/render/web_type.py
const MOST = 64;
const RARE = /[\u3400-\u4dbf\u9fa6-\u9fff\uf900-\ufaff\u{20000}-\u{3ffff}]/gu;
const asked = new Set();
let waiting = false;

function shown() {
  const typed = [...document.querySelectorAll("input:not([type=password]), textarea")].map((field) => field.value);
  return [document.body.textContent, ...typed].join("");
}

async function fetchType(signs) {
  const codes = signs.map((sign) => sign.codePointAt(0).toString(16).toUpperCase());
  const unicodeRange = codes.map((code) => `U+${code}`).join(",");
  try {
    document.fonts.add(await new FontFace(FAMILY, `url(/type/${codes.join("-")}.woff)`, { unicodeRange }).load());
  } catch {
    // No font has them: they stay boxes here, and the sheet says which they are.
  }
}

function look() {
  waiting = false;
  const fresh = [...new Set(shown().match(RARE) || [])].filter((sign) => !asked.has(sign)).sort();
  for (const sign of fresh) asked.add(sign);
  for (let at = 0; at < fresh.length; at += MOST) fetchType(fresh.slice(at, at + MOST));
}

function lookSoon() {
  if (waiting) return;
  waiting = true;
  setTimeout(look, 60); // a step that is drawn changes the page a hundred times
}

export function watchForRareType() {
  new MutationObserver(lookSoon).observe(document.body, { childList: true, characterData: true, subtree: true });
  document.addEventListener("input", lookSoon);
  lookSoon();
}
