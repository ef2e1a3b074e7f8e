// Tests what a job reports: requests before they leave, exchanges, its rate, its source, and bad
// items.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FAST, all, allAndError, callOf, calls, clientOf, dispatch, gate, jsonOf, later, tally, through } from "./dispatch.mjs";
import { APP, Sandbox, TOKEN, esm, rawCall } from "./koodrive.mjs";

const { InvalidInputError, NotSentError } = esm;

// beforeSend

for (const [what, hooked] of [
  ["sync", (note) => note],
  [
    "async",
    (note) => async (outgoing) => {
      await new Promise((over) => setTimeout(over, 2));
      note(outgoing);
    },
  ],
]) {
  test(`beforeSend sees each signed request, also of a retry, before it leaves: ${what}`, async () => {
    const sandbox = new Sandbox({ faults: [429, "pass", 503] });
    const events = [];
    const transport = through(sandbox, ({ headers }) => void events.push(["left", headers["x-traceid"], headers["x-date"]]));
    const seen = [];
    const beforeSend = hooked((outgoing) => {
      seen.push(outgoing);
      events.push(["written", outgoing.traceId, outgoing.xDate]);
    });
    const source = ["a", "b", "c"].map((key, number) => ({ key, call: callOf(number) }));
    const outcomes = await all(dispatch(clientOf(), source, { transport, beforeSend, concurrency: 1, ...FAST }));
    assert.deepEqual(tally(outcomes), { delivered: 3 });
    assert.equal(events.length, 10);
    // The event before each request is its record, with its own trace id and X-Date.
    for (let at = 0; at < events.length; at += 2) {
      const [[written, ...mark], [left, ...sent]] = events.slice(at, at + 2);
      assert.deepEqual([written, left, mark], ["written", "left", sent]);
    }
    for (const { key, verdict, call, attempts, traceId, xDate } of outcomes) {
      assert.equal(verdict, "delivered");
      const own = seen.filter((outgoing) => outgoing.key === key);
      assert.deepEqual(
        own.map(({ attempt }) => attempt),
        Array.from({ length: attempts }, (_, before) => before + 1),
      );
      assert.ok(own.every((outgoing) => outgoing.call === call && outgoing.traceId === traceId && Object.isFrozen(outgoing)));
      assert.equal(own.at(-1).xDate, xDate);
      assert.deepEqual(Object.keys(own[0]).sort(), ["attempt", "call", "key", "traceId", "xDate"]);
    }
  });
}

test("as many requests wait in beforeSend as concurrency allows", async () => {
  const { open, opened } = gate();
  let [now, most] = [0, 0];
  const beforeSend = async () => {
    most = Math.max(most, ++now);
    if (now === 4) setImmediate(open);
    await opened;
    now--;
  };
  const { fetch: transport } = new Sandbox();
  assert.deepEqual(tally(await all(dispatch(clientOf(), calls(20), { transport, beforeSend, concurrency: 4, ...FAST }))), {
    delivered: 20,
  });
  assert.equal(most, 4);
});

test("beforeSend sees a request after the sign function has signed it", async () => {
  const order = [];
  const sign = async () => (order.push("sign"), "0".repeat(64));
  const transport = async () => (order.push("send"), jsonOf(200, { code: 0 }));
  const run = dispatch(clientOf({ appId: APP.appId, sign }), calls(1), { transport, beforeSend: () => void order.push("before"), ...FAST });
  assert.deepEqual([tally(await all(run)), order], [{ delivered: 1 }, ["sign", "before", "send"]]);
});

for (const [what, fail] of [
  [
    "throws",
    (error) => {
      throw error;
    },
  ],
  ["rejects", (error) => Promise.reject(error)],
]) {
  test(`an error that beforeSend ${what} ends the job, and its call was not sent`, async () => {
    const full = new Error("the disk is full");
    const sandbox = new Sandbox();
    let asked = 0;
    const beforeSend = () => (++asked === 3 ? fail(full) : undefined);
    const run = dispatch(clientOf(), calls(20), { transport: sandbox.fetch, beforeSend, concurrency: 1, ...FAST });
    const { outcomes, error } = await allAndError(run);
    assert.equal(error, full);
    const third = outcomes.find(({ key }) => key === 2);
    const { verdict, attempts, traceId, xDate, sentAt, error: why } = third;
    assert.deepEqual(
      { verdict, attempts, traceId, xDate, sentAt },
      { verdict: "not_sent", attempts: 0, traceId: null, xDate: null, sentAt: null },
    );
    assert.ok(why instanceof NotSentError);
    assert.match(why.message, /the disk is full/);
    assert.deepEqual(tally(outcomes), { delivered: 2, not_sent: 18 });
    assert.deepEqual([sandbox.accepted().length, asked, run.progress.requests], [2, 3, 2]);
  });
}

test("beforeSend may throw a value that is not an error", async () => {
  for (const thrown of [undefined, "full", Object.create(null)]) {
    const run = dispatch(clientOf(), calls(1), {
      transport: () => assert.fail("left"),
      beforeSend: () => {
        throw thrown;
      },
      ...FAST,
    });
    const { outcomes, error } = await allAndError(run);
    assert.deepEqual([tally(outcomes), error], [{ not_sent: 1 }, thrown]);
  }
});

test("a retry that beforeSend stops keeps the outcome of the attempt before", async () => {
  for (const [answer, verdict] of [
    [429, "given_up"],
    [500, "unknown"],
  ]) {
    const sandbox = new Sandbox({ faults: [answer] });
    const beforeSend = ({ attempt }) => {
      if (attempt === 2) throw new Error("the disk is full");
    };
    const options = { transport: sandbox.fetch, beforeSend, repeatsAreSafe: true, ...FAST };
    const { outcomes } = await allAndError(dispatch(clientOf(), calls(1), options));
    const [{ attempts, traceId, xDate, firstSentAt, sentAt, error }] = outcomes;
    assert.deepEqual([tally(outcomes), attempts, sentAt], [{ [verdict]: 1 }, 1, firstSentAt]);
    assert.match(traceId, /^[0-9a-f]{58}$/);
    assert.match(xDate, /^\d{8}T\d{6}Z$/);
    assert.match(error.message, /the disk is full/);
  }
});

for (const [what, end] of [
  ["is cancelled", (run) => run.cancel()],
  ["is left", (run) => void run.return()],
]) {
  test(`a job that ${what} during beforeSend waits for it and sends no more`, async () => {
    const { open, opened } = gate();
    let [asked, written] = [0, 0];
    const beforeSend = async () => {
      if (++asked === 2) setTimeout(() => (end(run), setTimeout(open, 10)));
      await opened;
      written++;
    };
    const run = dispatch(clientOf(), calls(5), { transport: () => assert.fail("left"), beforeSend, concurrency: 2, ...FAST });
    const outcomes = await all(run);
    const all5 = [...outcomes, ...run.remaining()];
    assert.deepEqual([tally(all5), asked, written], [{ not_sent: 5 }, 2, 2]);
    const kept = all5.filter(({ error }) => error);
    assert.equal(kept.length, 2);
    for (const { error } of kept) assert.match(error.message, /the job was cancelled before the request left/);
  });
}

// onExchange

test("onExchange of dispatch sees each exchange, as that of send does", async () => {
  const sandbox = new Sandbox({
    faults: [429, "pass", { status: 400, body: "{}" }, 500, { status: 200, body: "<html>" }, "cut", { status: 302 }],
  });
  const seen = [];
  const onExchange = (exchange) => seen.push(exchange);
  const begun = Date.now();
  const outcomes = await all(dispatch(clientOf(), calls(6), { transport: sandbox.fetch, onExchange, concurrency: 1, ...FAST }));
  assert.deepEqual(tally(outcomes), { delivered: 1, refused: 2, unknown: 3 });
  assert.deepEqual(
    seen.map(({ status, kind, outcome }) => [status, kind, outcome]),
    [
      [429, "api", "refused"],
      ...(seen[1].status === 200
        ? [
            [200, null, null],
            [400, "api", "refused"],
          ]
        : [
            [400, "api", "refused"],
            [200, null, null],
          ]),
      [500, "api", "unknown"],
      [200, "unreadable_reply", "unknown"],
      [null, "outcome_unknown", "unknown"],
      [302, "api", "refused"],
    ],
  );
  const shown = [];
  await clientOf().send(callOf(0), { transport: sandbox.fetch, onExchange: (exchange) => shown.push(exchange) });
  assert.deepEqual(Object.keys(seen[0]), Object.keys(shown[0]));
  for (const { operation, method, url, startedAt, durationMs, traceId } of seen) {
    assert.deepEqual([operation, method, url], [shown[0].operation, shown[0].method, shown[0].url]);
    assert.ok(startedAt instanceof Date && begun <= +startedAt && +startedAt <= Date.now() && durationMs >= 0);
    assert.ok(outcomes.some((outcome) => outcome.traceId === traceId));
  }
});

test("onExchange sees unsent requests and raw calls without their query, and no secret", async () => {
  const seen = [];
  const refused = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  const transport = async (url) => {
    if (url.includes("?")) throw new Error(`lost with ${TOKEN}`);
    throw refused;
  };
  const source = [callOf(0), rawCall({ method: "POST", path: "/a", query: { user: "189642158555241211" }, json: {} })];
  const options = { transport, onExchange: (exchange) => seen.push(exchange), attempts: 1, ...FAST };
  assert.deepEqual(tally(await all(dispatch(clientOf({ token: TOKEN }), source, options))), { given_up: 1, unknown: 1 });
  const told = seen.map(({ operation, url, status, kind, outcome }) => ({
    operation,
    path: new URL(url).pathname + new URL(url).search,
    status,
    kind,
    outcome,
  }));
  assert.deepEqual(told[1], { operation: "POST /a", path: "/a", status: null, kind: "outcome_unknown", outcome: "unknown" });
  assert.deepEqual([told[0].kind, told[0].outcome, told.length], ["not_sent", "not_sent", 2]);
  assert.ok(!JSON.stringify(seen).includes(TOKEN));
});

test("an error of onExchange changes nothing", async () => {
  for (const onExchange of [
    () => {
      throw new Error("hook");
    },
    async () => {
      throw new Error("hook");
    },
  ]) {
    assert.deepEqual(tally(await all(dispatch(clientOf(), calls(3), { transport: new Sandbox().fetch, onExchange, ...FAST }))), {
      delivered: 3,
    });
  }
});

// Rate and source

test("progress has the rate, null in slowed at the full rate, and the end of the source", async () => {
  const sandbox = new Sandbox();
  const run = dispatch(clientOf(), calls(3), { transport: sandbox.fetch, rate: 500, concurrency: 1, queue: 1 });
  const { rate, slowed, sourceEnded } = run.progress;
  assert.deepEqual({ rate, slowed, sourceEnded }, { rate: 500, slowed: null, sourceEnded: false });
  assert.equal(run.sourceEnded, false);
  await run.next();
  assert.deepEqual([run.progress.slowed, run.progress.sourceEnded], [null, false]);
  await all(run);
  assert.deepEqual([run.progress.slowed, run.progress.sourceEnded, run.sourceEnded], ["draining", true, true]);
});

test("progress is throttled during a Retry-After, with and without the adaptive rate", async () => {
  for (const adaptive of [true, false]) {
    const sandbox = new Sandbox({ faults: [{ status: 429, retryAfter: 1 }] });
    const told = [];
    const onExchange = ({ status }) => {
      const { rate, slowed } = run.progress;
      told.push([status, slowed, rate < 500]);
    };
    const run = dispatch(clientOf(), calls(3), { transport: sandbox.fetch, onExchange, adaptive, concurrency: 1, rate: 500 });
    assert.deepEqual(tally(await all(run)), { delivered: 3 });
    assert.deepEqual(told[0], [429, "throttled", adaptive], `adaptive: ${adaptive}`);
  }
});

test("many failures lower the rate unless adaptive is false", async () => {
  /** Returns the lowest rate while 60 calls fail, with its reason. */
  const lowest = async (adaptive) => {
    const transport = async () => jsonOf(500, {});
    let [rate, slowed] = [Infinity, null];
    const run = dispatch(clientOf(), calls(), { transport, adaptive, rate: 1_000 });
    let failed = 0;
    for await (const { verdict } of run) {
      assert.equal(verdict, "unknown");
      const { progress } = run;
      if (progress.rate < rate) ({ rate, slowed } = progress);
      if (++failed === 60) break;
    }
    return { rate, slowed };
  };
  const { rate, slowed } = await lowest(true);
  assert.ok(rate < 1_000, `${rate}`);
  assert.equal(slowed, "failing");
  assert.deepEqual(await lowest(false), { rate: 1_000, slowed: null });
});

for (const [kind, how] of [
  ["sync", (source) => source],
  ["async", later],
]) {
  test(`after a cancel sourceEnded is false, and unread items have no outcome: ${kind}`, async () => {
    const { fetch: transport } = new Sandbox();
    const options = { transport, queue: 5, concurrency: 5, ...FAST };
    const cancelled = dispatch(clientOf(), how(calls(1_000)), options);
    const outcomes = [];
    for await (const outcome of cancelled) {
      if (outcomes.push(outcome) === 3) cancelled.cancel();
    }
    assert.equal(cancelled.sourceEnded, false);
    assert.ok(outcomes.length === cancelled.progress.pushed && outcomes.length < 1_000);
    // A second job with the calls that have no outcome or were not sent leaves none out.
    const done = new Set(outcomes.filter(({ verdict }) => verdict === "delivered").map(({ key }) => key));
    const rest = [...calls(1_000)].map((call, key) => ({ key, call })).filter(({ key }) => !done.has(key));
    const second = dispatch(clientOf(), how(rest), options);
    for (const { key, verdict } of await all(second)) if (verdict === "delivered") done.add(key);
    assert.deepEqual([second.sourceEnded, done.size], [true, 1_000]);

    const broken = dispatch(
      clientOf(),
      how(
        (function* () {
          yield callOf(0);
          throw new Error("row 1 cannot be read");
        })(),
      ),
      options,
    );
    await allAndError(broken);
    assert.equal(broken.sourceEnded, false);

    const left = dispatch(clientOf(), how(calls(1_000)), options);
    for await (const _ of left) break;
    assert.equal(left.sourceEnded, false);

    const halted = dispatch(clientOf({ appId: "another", appSecret: "secret" }), how(calls(1_000)), options);
    assert.equal((await allAndError(halted)).error.name, "HaltedError");
    assert.equal(halted.sourceEnded, false);
  });
}

// Items

for (const [kind, how] of [
  ["sync", (source) => source],
  ["async", later],
]) {
  test(`with onBadItem: "outcome" an item that is not a call is a bad_item: ${kind}`, async () => {
    const { fetch: transport } = new Sandbox();
    const keyed = { key: "object", call: { ...callOf(2), packageId: "" } };
    const pair = ["pair", 5];
    const source = [callOf(0), 7, keyed, pair, [callOf(3), callOf(4)], callOf(1)];
    const run = dispatch(clientOf(), how(source), { transport, onBadItem: "outcome", ...FAST });
    const outcomes = await all(run);
    const bad = outcomes.filter(({ verdict }) => verdict === "bad_item");
    assert.deepEqual(
      bad.map(({ key, item }) => [key, item]),
      [
        [1, 7],
        ["object", keyed],
        ["pair", pair],
        [callOf(3), source[4]],
      ],
    );
    assert.equal(bad[1].item, keyed);
    const words = [/yields a number/, /^packageId: /, /yields a number/, /yields a pair of two calls; yield them one by one/];
    for (const [at, outcome] of bad.entries()) {
      assert.deepEqual(Object.keys(outcome), ["verdict", "key", "item", "error"]);
      assert.ok(Object.isFrozen(outcome) && outcome.error instanceof InvalidInputError);
      assert.match(outcome.error.message, words[at]);
    }
    // Positions count every item.
    assert.deepEqual(
      outcomes
        .filter(({ verdict }) => verdict === "delivered")
        .map(({ key }) => key)
        .sort(),
      [0, 5],
    );
    assert.deepEqual([run.badItems, run.progress.pushed, run.sourceEnded], [4, 2, true]);
  });

  test(`bad items come out one by one, and none is lost: ${kind}`, async () => {
    let read = 0;
    const source = function* () {
      for (let item = 0; item < 100; item++) {
        read++;
        yield item;
      }
    };
    const run = dispatch(clientOf(), how(source()), { onBadItem: "outcome", ...FAST });
    let seen = 0;
    for await (const { verdict, key } of run) {
      assert.deepEqual([verdict, key], ["bad_item", seen++]);
      assert.ok(read <= seen + 1, `${read} read, ${seen} seen`);
      if (seen === 50) break;
    }
    assert.equal(seen + run.remaining().length, run.badItems);
    assert.ok(run.badItems < 60);
  });
}

test("a bad item that comes after the loop was left is in remaining()", async () => {
  const { open, opened } = gate();
  const { fetch } = new Sandbox();
  const source = async function* () {
    yield callOf(0);
    yield callOf(1);
    await opened;
    yield "no call";
  };
  let begun = 0;
  const transport = async (...given) => {
    // The second request is in flight until that item has come.
    if (++begun === 2) await opened.then(() => new Promise((over) => setTimeout(over, 5)));
    return fetch(...given);
  };
  const run = dispatch(clientOf(), source(), { transport, onBadItem: "outcome", ...FAST });
  for await (const { key } of run) {
    assert.equal(key, 0);
    setImmediate(open);
    break;
  }
  assert.deepEqual(
    run
      .remaining()
      .map(({ key, verdict }) => [key, verdict])
      .sort(),
    [
      [1, "delivered"],
      [2, "bad_item"],
    ],
  );
});

test("an item is a pair or an object with a key and a call", async () => {
  const { fetch: transport } = new Sandbox();
  const source = [["pair", callOf(0)], { key: "object", call: callOf(1) }, { key: undefined, call: callOf(2) }];
  const outcomes = await all(dispatch(clientOf(), source, { transport, concurrency: 1, ...FAST }));
  assert.deepEqual(
    outcomes.map(({ key, call }) => [key, call.carrierUserId]),
    [
      ["pair", "user 0"],
      ["object", "user 1"],
      [undefined, "user 2"],
    ],
  );
});

test("an error thrown by an item's getter ends the job even if bad items do not", async () => {
  const broken = new Error("a getter");
  const item = {
    key: 1,
    get call() {
      throw broken;
    },
  };
  const run = dispatch(clientOf(), [callOf(0), item], { transport: new Sandbox().fetch, onBadItem: "outcome", ...FAST });
  assert.equal((await allAndError(run)).error, broken);
});
