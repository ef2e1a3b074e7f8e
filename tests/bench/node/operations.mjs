// `node operations.mjs PEER OPERATION` times one operation of a peer in peers/, if the peer has it.
// The operation `check` only checks the peer.
import assert from "node:assert/strict";
import { BATCH, CARRIER_USER_ID, PACKAGE_ID, RESPONSE, SIGNED_AT, carrierUserId } from "./case.mjs";
import { checked, print, time } from "./harness.mjs";

const [file, operation] = process.argv.slice(2);
const { bearer, parse, peer, raw, signed, typed } = await checked(await import(`./peers/${file}.mjs`));
if (raw) assert.deepEqual(raw()[0], typed()[0]);

if (operation === "batch of 100,000" && bearer) {
  const ids = Array.from({ length: BATCH }, (_, number) => carrierUserId(number));
  const build = () => ids.map((id) => signed(id, PACKAGE_ID, SIGNED_AT));
  // Memory comes first, because Node does not return freed memory to the system.
  const before = process.memoryUsage.rss();
  const held = build();
  print("Node, batch of 100,000", peer, "bytes", process.resourceUsage().maxRSS * 1024 - before);
  held.length = 0;
  print(operation, peer, "ns", await time(build));
}

const WORK = {
  "bearer request": bearer && { [peer]: () => bearer(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT) },
  "signed request": { [peer]: () => signed(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT) },
  parse: parse && { [peer]: () => parse(RESPONSE) },
  // A whole call: created from its ids, signed, and its reply read.
  call: raw && { [peer]: typed, [`${peer}, raw call`]: raw },
};
for (const [name, work] of Object.entries(WORK[operation] ?? {})) print(operation, name, "ns", await time(work));
