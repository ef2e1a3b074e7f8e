// Makes trace ids, 64 at a time: one by one, the random bytes and the calls of the core cost more.
import { core } from "./core.js";

const MADE_AT_ONCE = 64;
const RANDOM_BYTES = 29;

let made = "";
let used = 0;

/**
 * Returns a new trace id for the option `traceId`: 29 random bytes as 58 characters of lower-case
 * hex.
 */
export function newTraceId(): string {
  if (used === made.length) {
    const random = crypto.getRandomValues(new Uint8Array(MADE_AT_ONCE * RANDOM_BYTES));
    made = core().traceIds(random);
    used = 0;
  }
  return made.slice(used, (used += made.length / MADE_AT_ONCE));
}
