// Trace ids. They are made many at a time: the system's random bytes, and the core's ids of them,
// cost more one by one.
import { core } from "./core.js";

const MADE_AT_ONCE = 64;
const RANDOM_BYTES = 29;

let made = "";
let used = 0;

/** Returns a new trace id, for `traceId`: 58 random characters, the lower-case hex of 29 bytes. */
export function newTraceId(): string {
  if (used === made.length) {
    const random = crypto.getRandomValues(new Uint8Array(MADE_AT_ONCE * RANDOM_BYTES));
    made = core().traceIds(random);
    used = 0;
  }
  return made.slice(used, (used += made.length / MADE_AT_ONCE));
}
