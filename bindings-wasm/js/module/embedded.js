// The .wasm as part of the package's text: a file beside it is what bundlers and servers lose.
import { frequent, length, text } from "koodrive:text";
import { FIRST_PREFIX, LETTERS } from "./letters.js";

export function wasm() {
  const often = /** @type {number[]} */ ([]);
  const seldom = /** @type {number[]} */ ([]);
  for (let byte = 0; byte < 256; byte++) (frequent[byte] === "1" ? often : seldom).push(byte);
  // A row for a letter alone, and one for each prefix.
  const row = 128;
  const table = new Uint8Array(3 * row);
  for (let letter = 0; letter < FIRST_PREFIX; letter++) {
    table[LETTERS[letter]] = often[letter];
    table[LETTERS[letter] + row] = seldom[letter];
    table[LETTERS[letter] + 2 * row] = seldom[letter + FIRST_PREFIX];
  }
  const prefix = LETTERS[FIRST_PREFIX];
  const bytes = new Uint8Array(length);
  let at = 0;
  let start = 0;
  // Once per process, so mostly interpreted: a callback is compiled sooner than a loop, and charCodeAt is the slower way.
  new TextEncoder().encode(text).forEach((code) => {
    if (code >= prefix) {
      start = (code - prefix + 1) * row;
    } else {
      bytes[at++] = table[start + code];
      start = 0;
    }
  });
  return bytes;
}
