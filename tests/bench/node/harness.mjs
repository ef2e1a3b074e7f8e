// Checks a peer, has mitata time its operations, and prints the rows that run.py reads. In Node and in the page.
import { do_not_optimize, measure } from "mitata";
import { BODY, CARRIER_USER_ID, PACKAGE_ID, RESPONSE, SIGNED_AT } from "./case.mjs";

/** Prints a row. */
export function print(operation, peer, unit, value) {
  console.log(JSON.stringify({ operation, peer, unit, value }));
}

/** What this process has computed so far, in nanoseconds, the collector and the compiler included. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1e3;
}

const OPTIONS = {
  // Programs beside this one then count for little. A page has only the clock on the wall.
  now: globalThis.process && cpu,
  // Where there is no gc(), mitata would fill a gigabyte in its place.
  gc: false,
  // mitata times runs one by one unless one takes less than 65 µs. The first of any peer takes longer, until V8 has compiled it.
  warmup_threshold: 50e6,
  warmup_samples: 100,
};

/** Nanoseconds of a run, the median of mitata's samples. A promise is awaited. */
export async function time(work) {
  const run = () => {
    const result = work();
    do_not_optimize(result);
    return result;
  };
  const { p50 } = await measure(run, { ...OPTIONS });
  return p50;
}

/** The peer, after its request had its expected signature, and its reply was read as every peer reads it. */
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
