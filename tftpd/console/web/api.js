// What the page asks of the daemon, and what it says when that is refused.
export class Refused extends Error {
  constructor(status, text) {
    super(text);
    this.status = status;
  }
}

// Called with no arguments when the daemon says that nobody is signed in any longer.
let signedOut = () => {};
export const onSignedOut = (then) => (signedOut = then);

async function ask(path, body) {
  let response;
  try {
    response = await fetch(path, body && { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  } catch {
    throw new Refused(0, "The daemon cannot be reached. Is branchline-tftpd running, and your way to it open?");
  }
  const answer = await response.json().catch(() => ({ text: `The daemon answered ${response.status}.` }));
  if (response.status === 401 && path === "/api/command") signedOut();
  if (!response.ok) throw new Refused(response.status, answer.text);
  return answer;
}

export const session = () => ask("/api/session");
export const post = (what, body) => ask(`/api/${what}`, body);

/** Runs a command of the control socket; throws what it refuses. Result 3 (nothing there) is an answer. */
export async function command(name, given) {
  const answer = await ask("/api/command", given ? { command: name, arguments: given } : { command: name });
  if (answer.result !== 0 && answer.result !== 3) throw new Refused(answer.result, answer.text);
  return answer;
}

/** Calls `take` with everything of `topic`, then with each change. Returns what ends it. */
export function live(topic, take) {
  const source = new EventSource(`/api/live?${topic}`);
  source.onmessage = (event) => take(JSON.parse(event.data));
  source.onerror = () => {
    if (source.readyState === EventSource.CLOSED) session().then((now) => now.user || signedOut(), () => {});
  };
  return () => source.close();
}
