// Runs a year of a drifting and jumping clock through `send` and the sandbox, whose clock is right.
// core/tests/year has more years.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sandbox, TOKEN, call, client } from "./koodrive.mjs";

const SECOND = 1000;
const DAY = 86_400 * SECOND;
// The clock's error after each jump, ahead of the truth, and its number of days.
const JUMPS = [0, 200, 3 * SECOND, 1200 * SECOND, 0, -1200 * SECOND, 40_000 * SECOND, -40_000 * SECOND, 3 * SECOND];
const DAYS = 40;

test("no call fails, and only a jump beyond the margin or the window needs a second signature", async () => {
  let truth = Date.UTC(2026, 0, 1);
  let ahead = 0;
  const sandbox = new Sandbox({ now: () => truth, tokens: [TOKEN] });
  // The network takes 40 ms in each direction. Two in three answers have no time, or a time from a
  // cache.
  let answers = 0;
  const fetch = async (url, init) => {
    truth += 40;
    const answer = await sandbox.fetch(url, init);
    truth += 40;
    const headers = new Headers(answer.headers);
    const way = answer.status === 200 ? answers++ % 3 : 0;
    if (way === 1) headers.delete("date");
    if (way === 2) {
      headers.set("date", new Date(truth - 6 * 3600 * SECOND).toUTCString());
      headers.set("age", "21600");
    }
    return new Response(await answer.text(), { status: answer.status, headers });
  };
  const one = client();
  const attempts = [];
  for (const jump of JUMPS) {
    ahead = jump;
    for (let day = 0; day < DAYS; day++) {
      let made = 0;
      const reply = await one.send(call, { transport: fetch, now: () => truth + ahead, onExchange: () => made++ });
      assert.equal(reply.code, "0");
      attempts.push(made);
      // The clock is 10 ppm fast.
      truth += DAY;
      ahead += 864;
    }
  }
  const twice = attempts.flatMap((made, at) => (made === 2 ? [at / DAYS] : []));
  // Before the other jumps, the clock was less than 5 seconds behind or less than 15 minutes ahead.
  assert.deepEqual(twice, [3, 4, 5, 6, 7, 8]);
  assert.equal(attempts.length, sandbox.accepted().length);
});
