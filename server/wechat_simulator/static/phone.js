// Keeps the open chat fresh: messages sent by the server appear without a reload. The page works without it.
const chat = document.querySelector("#chat");
let shown = chat?.innerHTML.trim();

const toEnd = () => { chat.scrollTop = chat.scrollHeight; };

async function refresh() {
  if (document.hidden) return;
  try {
    const answer = await fetch(chat.dataset.lines);
    if (!answer.ok) return;
    const lines = (await answer.text()).trim();
    if (lines === shown) return;
    shown = lines;
    chat.innerHTML = lines;
    toEnd();
  } catch {
    // The simulator is being restarted: the next turn tries again.
  }
}

if (chat) {
  toEnd();
  setInterval(refresh, 2000);
}
