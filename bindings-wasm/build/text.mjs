// Writes bytes as text; js/module/embedded.js reads it, and js/module/letters.js says how it is made.
import { FIRST_PREFIX, LETTERS } from "../js/module/letters.js";

export function encode(bytes) {
  const counts = new Array(256).fill(0);
  for (const byte of bytes) counts[byte]++;
  const byFrequency = [...counts.keys()].sort((one, other) => counts[other] - counts[one] || one - other);
  const frequent = new Set(byFrequency.slice(0, FIRST_PREFIX));
  const letters = new Array(256);
  let often = 0;
  let seldom = 0;
  for (let byte = 0; byte < 256; byte++) {
    if (frequent.has(byte)) {
      letters[byte] = String.fromCharCode(LETTERS[often++]);
    } else {
      const prefix = FIRST_PREFIX + Math.floor(seldom / FIRST_PREFIX);
      letters[byte] = String.fromCharCode(LETTERS[prefix], LETTERS[seldom++ % FIRST_PREFIX]);
    }
  }
  const marks = Array.from(letters, (_, byte) => (frequent.has(byte) ? "1" : "0"));
  return { frequent: marks.join(""), length: bytes.length, text: Array.from(bytes, (byte) => letters[byte]).join("") };
}
