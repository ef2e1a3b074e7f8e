// Checks a peer, times its operations with mitata, and prints the rows that run.py reads. Runs in
// Node and in the page.
import { do_not_optimize, measure } from "mitata";
import { BODY, CARRIER_USER_ID, PACKAGE_ID, RESPONSE, SIGNED_AT } from "./case.mjs";

/** Prints a row. */
export function print(operation, peer, unit, value) {
  console.log(JSON.stringify({ operation, peer, unit, value }));
}

/** Returns the CPU time of this process in nanoseconds, the collector and the compiler included. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e3;
}

const OPTIONS = {
  // With CPU time, other programs matter little. A page has only wall-clock time.
  now: globalThis.process && cpu,
  // Without a function gc(), mitata would fill a gigabyte to force a collection.
  gc: false,
  // mitata times runs one by one unless a run takes less than 65 µs. Every peer takes longer until
  // V8 has compiled it, so there is a warm-up.
  warmup_threshold: 50e6,
  warmup_samples: 100,
};

/** Returns the nanoseconds of a run, the median of mitata's samples. Awaits a promise. */
export async function time(work) {
  const run = () => {
    const result = work();
    do_not_optimize(result);
    return result;
  };
  const { p50 } = await measure(run, { ...OPTIONS });
  return p50;
}

/**
 * Returns the peer, after comparing its signature and its reading of the reply with the expected
 * ones.
 */
export async function checked(peer) {
  const { headers, body } = await peer.signed(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT);
  const authorization = headers.authorization ?? headers.Authorization;
  if (!authorization.endsWith(`Signature=${peer.signature}`) || body !== BODY) {
    throw new Error(`${peer.peer}: ${authorization} of ${body}`);
  }
  const { code, msg, traceId } = peer.parse?.(RESPONSE) ?? { code: "0", msg: "Success.", traceId: null };
  if (code !== "0" || msg !== "Success." || traceId !== null) throw new Error(`${peer.peer}: code ${code}, msg ${msg}`);
  return peer;
}
