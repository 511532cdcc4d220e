// 登录: name and password of the village agent.
import { get, post } from "./api.js";
import { fill, h } from "./dom.js";

export function showSignIn(work, counter) {
  const name = h("input", { type: "text", id: "sign_in_name", autocomplete: "username", autocapitalize: "none", spellcheck: "false" });
  const password = h("input", { type: "password", id: "password", autocomplete: "current-password" });
  const signIn = async (event) => {
    event.preventDefault();
    const answer = await counter.ask(() => post("/api/sign-in", { sign_in_name: name.value, password: password.value }));
    if (!answer) { password.value = ""; password.focus(); return; }
    counter.agent = answer.agent;
    counter.visit = (await get("/api/visit")).visit;
    counter.render();
  };
  fill(work, h("form", { class: "door panel", onsubmit: signIn },
    h("h2", {}, "代办员登录"),
    h("div", { class: "field" }, h("label", { for: "sign_in_name" }, "登录名"), name),
    h("div", { class: "field" }, h("label", { for: "password" }, "密码"), password),
    h("button", { class: "btn", type: "submit" }, "登录"),
    h("p", { class: "quiet-words" }, "没有网也能登录，只要两周内在这台电脑上联网登录过。")));
  name.focus();
}
