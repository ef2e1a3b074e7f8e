// node growth.mjs N: N requests built, signed and their replies parsed in one process, each dropped before the next. Prints the
// nanoseconds per request and, on Linux, what the system says of this process, memory included.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { Client, INTERNATIONAL, notifyPackageExpire } from "koodrive";
import { APP_ID, APP_SECRET, PACKAGE_ID, RESPONSE, SIGNED_AT, USER_ID, carrierUserId } from "./case.mjs";

/** V8 compiles what is hot, once, before anything counts: that is no growth. */
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
const start = process.cpuUsage();
for (let number = 0; number < requests; number++) round(number);
const { user, system } = process.cpuUsage(start);
console.log(((user + system) * 1e3) / requests);
if (existsSync("/proc/self/status")) console.log(readFileSync("/proc/self/status", "utf8"));
