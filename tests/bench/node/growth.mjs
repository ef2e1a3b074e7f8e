// `node growth.mjs N` builds and signs N requests and parses their replies in one process, and
// drops each before the next. Prints the nanoseconds per request and, on Linux, the system's status
// of this process, with its memory.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { Client, INTERNATIONAL, notifyPackageExpire } from "koodrive";
import { APP_ID, APP_SECRET, PACKAGE_ID, RESPONSE, SIGNED_AT, USER_ID, carrierUserId } from "./case.mjs";

/** Requests before the measurement, so that V8 has compiled the hot code, which is not growth. */
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
