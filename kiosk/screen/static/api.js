// The page's calls to its own program; every failure is a Refused with a sentence for the agent.
export class Refused extends Error {
  constructor(error) {
    super(error.message);
    Object.assign(this, error);
  }
}

const GONE = { code: "program_gone", message: "村级窗口的程序没有反应。请从桌面图标重新打开，拍好的都在。", reference: "" };

async function call(method, path, body, type) {
  let response;
  try {
    response = await fetch(path, { method, headers: type ? { "Content-Type": type } : {}, body, credentials: "same-origin" });
  } catch {
    throw new Refused(GONE);
  }
  let answer;
  try {
    answer = await response.json();
  } catch {
    throw new Refused(GONE);
  }
  if (!response.ok) throw new Refused(answer.error || GONE);
  return answer;
}

export const get = (path) => call("GET", path);
export const post = (path, body = {}) => call("POST", path, JSON.stringify(body), "application/json");
export const postPicture = (path, file) => call("POST", path, file, "application/octet-stream");
