// 上传: the packet of this visit, and the list of all; bytes, numbers and reasons are always said in words.
import { get, post } from "./api.js";
import { button, fill, h } from "./dom.js";

export function showSent(work, counter) {
  const card = h("section", { class: "panel done-card", "aria-live": "polite" });
  const id = counter.visit.packet_id;
  counter.actions(button("打印回执", () => counter.print(`/api/receipts/${id}`), { quiet: true, id: "receipt" }), button("办下一件", () => counter.change("/api/visit/close"), { id: "close" }));
  fill(work, card);
  follow(counter, async (packets) => {
    const packet = packets.find((one) => one.packet_id === id);
    if (packet) fill(card, sentCard(packet, counter));
  });
  document.getElementById("receipt").focus();
}

const HEADING = { delivered: "已经送到，办件编号有了", refused: "没有收下，拍好的都还在" };

function sentCard(packet, counter) {
  return [
    h("h2", {}, HEADING[packet.state] || "收好了，材料不会丢"),
    h("dl", { class: "facts" },
      h("dt", {}, "查询码"), h("dd", { class: "code" }, spaced(packet.lookup_code)),
      h("dt", {}, "办件编号"), h("dd", {}, packet.case_number || "传到后才有，用查询码也能查"),
      h("dt", {}, "申请人"), h("dd", {}, packet.applicant),
      packet.due_words ? [h("dt", {}, "最晚哪天办好"), h("dd", {}, packet.due_words)] : null),
    stateLine(packet), wayOn(packet), progressBar(packet),
    packet.state === "refused" ? h("div", { class: "buttons" }, packetButtons(packet, counter)) : null,
  ];
}

export function showPackets(work, counter) {
  counter.actions();
  fill(work, h("p", { class: "wait" }, "正在打开……"));
  follow(counter, (packets) => fill(work, h("div", { class: "stack" }, h("h2", {}, "上传记录"),
    packets.length ? packets.map((packet) => packetRow(packet, counter)) : h("p", { class: "quiet-words" }, "还没有上传过。"))));
}

function packetRow(packet, counter) {
  return h("section", { class: "panel packet", "data-packet": packet.packet_id },
    h("div", {}, h("h3", {}, `${packet.item_name} · ${packet.applicant}`),
      h("p", { class: "quiet-words" }, `${packet.packed} 打包 · 查询码 ${spaced(packet.lookup_code)}${packet.case_number ? ` · 编号 ${packet.case_number}` : ""}`), stateLine(packet), wayOn(packet)),
    h("div", { class: "buttons" },
      button("打印回执", () => counter.print(`/api/receipts/${packet.packet_id}`), { quiet: true }), packetButtons(packet, counter)),
    progressBar(packet));
}

const packetButtons = (packet, counter) => [
  packet.allowed.includes("retry") ? button("再传一次", () => retry(packet, counter), { quiet: true }) : null,
  packet.allowed.includes("reopen") ? button("重新打开", () => reopen(packet, counter)) : null];

const COLOURS = { waiting: "yellow", sending: "blue", delivered: "green", refused: "red", replaced: "grey" };
const stateLine = (packet) => h("p", {}, h("span", { class: `mark ${COLOURS[packet.state]}` }, packet.state_words), " ",
  packet.reason ? `${packet.reason}${packet.reference ? `（编号 ${packet.reference}）` : ""}` : packet.status_label || (packet.state === "sending" ? `已传 ${packet.percent}%` : ""));
const wayOn = (packet) => (packet.allowed.includes("reopen") ? h("p", { class: "quiet-words" }, "拍好的都还在：点“重新打开”，改好再上传。") : null);
const progressBar = (packet) => (!["waiting", "sending"].includes(packet.state) ? null : h("progress", { max: 100, value: packet.percent, "aria-label": `已传 ${packet.percent}%` }));
const spaced = (code) => `${code.slice(0, 4)} ${code.slice(4, 7)} ${code.slice(7)}`;

async function retry(packet, counter) {
  await counter.ask(() => post(`/api/outbox/${packet.packet_id}/retry`));
}

async function reopen(packet, counter) { // the visit is back at the check, so the list makes way for it
  const answer = await counter.ask(() => post(`/api/outbox/${packet.packet_id}/reopen`));
  if (!answer) return;
  counter.view = "visit";
  counter.visit = answer.visit;
  counter.render();
}

function follow(counter, show) {
  let running = true, last = "";
  counter.leave = () => { running = false; };
  (async function loop() {
    while (running) {
      const answer = await get("/api/outbox").catch(() => null);
      const told = JSON.stringify(answer);
      if (running && answer && told !== last) { last = told; show(answer.packets); }
      await new Promise((done) => setTimeout(done, 1000));
    }
  })();
}
