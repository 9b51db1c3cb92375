// A file on its way to the daemon by tftp-file-add: piece by piece, each acknowledged before the next one goes, so that what the
// bar shows has really arrived, and a piece whose answer was lost is sent again without harm.
import { Refused, command } from "./api.js";

const smallest = 24 << 10; // bytes of the first piece, and on a slow line of the others
const largest = 360 << 10; // with base64 and what is around it, just below what the daemon takes in one request
const tries = 4;

async function base64(piece) {
  const bytes = new Uint8Array(await piece.arrayBuffer());
  let text = "";
  for (let at = 0; at < bytes.length; at += 0x8000) text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  return btoa(text);
}

async function sent(given) {
  for (let left = tries; ; ) {
    try {
      return await command("tftp-file-add", given);
    } catch (error) {
      // 0: no answer came; 504: the daemon was busy. What was refused stays refused, and what never began begins anew.
      if ((error.status !== 0 && error.status !== 504) || given.upload === undefined || --left === 0) throw error;
    }
    await new Promise((then) => setTimeout(then, 1000));
  }
}

/** Sends `file` as `wish` ({name, replace, unpack}) says; tells `progress` the bytes that are there. Returns what the daemon said. */
export async function upload(file, wish, progress) {
  let size = smallest;
  const data = (at) => base64(file.slice(at, at + size));
  let answer = await sent({ ...wish, size: file.size, data: await data(0) });
  while (answer.arguments.state !== "stored") {
    const { upload, state, received } = answer.arguments;
    progress(received);
    if (state !== "receiving") {
      answer = await sent({ upload });
      continue;
    }
    if (received >= file.size) throw new Refused(1, "The file changed while it was read. Nothing was changed; try again.");
    const began = performance.now();
    answer = await sent({ upload, offset: received, data: await data(received) });
    const took = performance.now() - began;
    if (took < 500) size = Math.min(largest, size * 2);
    if (took > 2000) size = Math.max(smallest, size >> 1);
  }
  return answer.text;
}
