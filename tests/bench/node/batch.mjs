// node batch.mjs PEER: 100,000 signed requests held at once, of a process of their own: what they leave behind would cost
// whatever is measured after them.
import assert from "node:assert/strict";
import { BATCH, PACKAGE_ID, SIGNED_AT, carrierUserId } from "./case.mjs";
import { print, time } from "./harness.mjs";
import { assertSigned } from "./signed.mjs";

const { peer, signed } = await assertSigned(await import(`./peers/${process.argv[2]}.mjs`));

const ids = Array.from({ length: BATCH }, (_, number) => carrierUserId(number));
const build = () => ids.map((id) => signed(id, PACKAGE_ID, SIGNED_AT));

// First, while nothing else has been held: memory that was freed is not given back.
const before = process.memoryUsage.rss();
const held = build();
const peak = process.resourceUsage().maxRSS * 1024;
assert.equal(held.length, BATCH);
print("memory", "Node, batch of 100,000", peer, "bytes", [peak - before]);
held.length = 0;
print("node", "batch of 100,000", peer, "ns", await time(build), true);
