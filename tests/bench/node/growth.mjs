// node growth.mjs N: N requests built, signed and their replies parsed in one process, each dropped before the next.
//
// Prints the time per request, one sample for each slice of at most 50,000, and the most memory that the process held.
import assert from "node:assert/strict";
import { Client, INTERNATIONAL, notifyPackageExpire } from "koodrive";
import { APP_ID, APP_SECRET, PACKAGE_ID, RESPONSE, SIGNED_AT, USER_ID, carrierUserId } from "./case.mjs";
import { cpu, print } from "./harness.mjs";

const SLICE = 50_000;

/** Rounds before anything counts: V8 compiles what is hot, once, and that is no growth. */
const WARM = 20_000;

const requests = Number(process.argv[2]);
const client = new Client({ endpoint: INTERNATIONAL, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });

function round(number) {
  const call = notifyPackageExpire({ carrierUserId: carrierUserId(number), packageId: PACKAGE_ID });
  const { body } = client.request(call, { now: SIGNED_AT });
  const { code } = client.parse(call, RESPONSE);
  if (body.length !== 64 || code !== "0") assert.fail(`${body}, code ${code}`);
}

for (let number = 0; number < WARM; number++) round(number);
const samples = [];
for (let done = 0; done < requests; done += SLICE) {
  const slice = Math.min(SLICE, requests - done);
  const start = cpu();
  for (let number = done; number < done + slice; number++) round(number);
  samples.push((cpu() - start) / slice);
}
const peer = requests.toLocaleString("en-US");
print("growth", "Node, time", peer, "ns", samples);
print("growth", "Node, memory", peer, "bytes", [process.resourceUsage().maxRSS * 1024]);
