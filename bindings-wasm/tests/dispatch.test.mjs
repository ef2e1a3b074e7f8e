// Tests jobs: every verdict, sources, options, and the members of outcomes.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FAST,
  Client,
  all,
  allAndError,
  callOf,
  calls,
  clientOf,
  dispatch,
  isKooDriveError,
  jsonOf,
  later,
  tally,
  through,
} from "./dispatch.mjs";
import { APP, INTERNATIONAL, Sandbox, USER_ID, client, esm, overUndici, require, serving, thrownBy } from "./koodrive.mjs";
import { Agent } from "undici";

const REFUSED = { status: 400, body: '{"code":13000102,"msg":"Verify parameters failed."}' };

for (const [what, faults, options, ...expected] of [
  ["delivered", [], {}, "delivered", 1, 200, undefined],
  ["refused", [REFUSED], {}, "refused", 1, 400, "api"],
  ["unknown, cut", ["cut-after-headers"], {}, "unknown", 1, null, "outcome_unknown"],
  ["unknown, 500", [500], {}, "unknown", 1, 500, "api"],
  ["unknown, unreadable", [{ status: 200, body: "<html>" }], {}, "unknown", 1, 200, "unreadable_reply"],
  ["sent again after 429", [429, 429], {}, "delivered", 3, 200, undefined],
  ["sent again after 503", [503], {}, "delivered", 2, 200, undefined],
  ["sent again where that is safe", ["cut", 500], { repeatsAreSafe: true }, "delivered", 3, 200, undefined],
  ["given up", [429, 429], { attempts: 2 }, "given_up", 2, 429, "api"],
  ["a redirect", [{ status: 302 }], {}, "refused", 1, 302, "api"],
  ["a reply that is too long", [], { replyLimit: 5 }, "unknown", 1, 200, "unreadable_reply"],
]) {
  test(`the outcome of a call: ${what}`, async () => {
    const sandbox = new Sandbox({ faults, echoTraceId: true });
    const call = callOf(0);
    const before = Date.now();
    const outcomes = await all(dispatch(clientOf(), [["row 1", call]], { transport: sandbox.fetch, ...FAST, ...options }));
    assert.equal(outcomes.length, 1);
    const [outcome] = outcomes;
    const { verdict, attempts, status, error, reply, traceId } = outcome;
    assert.deepEqual([verdict, attempts, status, error?.kind], expected);
    assert.equal(outcome.key, "row 1");
    assert.equal(outcome.call, call);
    assert.match(traceId, /^[0-9a-f]{58}$/);
    assert.match(outcome.xDate, /^\d{8}T\d{6}Z$/);
    assert.ok(before <= +outcome.firstSentAt && +outcome.firstSentAt <= +outcome.sentAt && +outcome.sentAt <= Date.now());
    if (status === null) assert.deepEqual([outcome.answeredAt, outcome.serverDate], [null, null]);
    else assert.ok(outcome.sentAt <= outcome.answeredAt && outcome.serverDate instanceof Date);
    assert.ok(Object.isFrozen(outcome));
    if (verdict === "delivered") {
      assert.deepEqual(reply, { code: "0", msg: "Success.", traceId });
      assert.deepEqual([outcome.code, outcome.msg, error], ["0", "Success.", null]);
      assert.equal(sandbox.accepted().at(-1).traceId, traceId);
    } else {
      assert.ok(isKooDriveError(error) && error instanceof esm.KooDriveError);
      assert.deepEqual([outcome.code, outcome.msg, error.traceId, reply], [error.code ?? null, error.msg ?? null, traceId, null]);
    }
  });
}

test("a reply of the limit's length is read, and a longer one is unreadable", async () => {
  const answer = '{"code":0}';
  for (const [body, verdict] of [
    [answer, "delivered"],
    [`${answer} `, "unknown"],
    [answer + " ".repeat(1_000), "unknown"],
  ]) {
    const options = { transport: async () => jsonOf(200, body), replyLimit: answer.length, ...FAST };
    const [outcome] = await all(dispatch(clientOf(), calls(1), options));
    assert.equal(outcome.verdict, verdict, `${body.length} bytes`);
  }
});

test("the members of an outcome, in JSON", async () => {
  // The service's clock stands still, an hour behind. The first attempt is refused for its date,
  // the second has the service's time.
  const service = new Date(Math.floor(Date.now() / 1000) * 1000 - 3_600_000);
  const sandbox = new Sandbox({ now: () => service });
  const [outcome] = await all(dispatch(clientOf(), calls(1), { transport: sandbox.fetch, ...FAST }));
  const { traceId, xDate, firstSentAt, sentAt, answeredAt, ...rest } = JSON.parse(JSON.stringify(outcome));
  assert.deepEqual(rest, {
    key: 0,
    call: { operation: "notifyPackageExpire", carrierUserId: "user 0", packageId: "14" },
    verdict: "delivered",
    attempts: 2,
    serverDate: service.toISOString(),
    status: 200,
    code: "0",
    msg: "Success.",
    reply: { code: "0", msg: "Success.", traceId },
    error: null,
  });
  assert.ok(xDate <= service.toISOString().replace(/[-:]|\.000/g, ""));
});

test("a call with an unknown outcome is not repeated, and one that was not sent is", async () => {
  const sandbox = new Sandbox({ faults: ["cut", "pass"] });
  const tries = [];
  const transport = through(sandbox, ({ headers }) => {
    tries.push(headers["x-traceid"]);
    if (tries.length < 3)
      throw Object.assign(new TypeError("fetch failed"), { cause: Object.assign(new Error("refused"), { code: "ECONNREFUSED" }) });
  });
  const [first] = await all(dispatch(clientOf(), calls(1), { transport, ...FAST }));
  assert.deepEqual([first.verdict, first.attempts, tries], ["unknown", 3, [first.traceId, first.traceId, first.traceId]]);
  assert.equal(sandbox.accepted().length, 1);
});

test("Retry-After is obeyed", async () => {
  const sandbox = new Sandbox({ faults: [{ status: 429, retryAfter: 1 }] });
  const [{ verdict, attempts, firstSentAt, sentAt }] = await all(dispatch(clientOf(), calls(1), { transport: sandbox.fetch, ...FAST }));
  assert.deepEqual([verdict, attempts], ["delivered", 2]);
  // The milliseconds of the wall clock are truncated.
  assert.ok(sentAt - firstSentAt >= 999, `${sentAt - firstSentAt} ms`);
});

test("an outcome has its key, or its position without one", async () => {
  const { fetch: transport } = new Sandbox();
  const byPosition = await all(dispatch(clientOf(), calls(3), { transport, ...FAST }));
  const users = byPosition.map(({ key, call }) => [key, call.carrierUserId]).sort();
  assert.deepEqual(users, [
    [0, "user 0"],
    [1, "user 1"],
    [2, "user 2"],
  ]);
  const keys = [{ an: "object" }, undefined, ["a", 1]];
  const outcomes = await all(
    dispatch(
      clientOf(),
      keys.map((key, at) => [key, callOf(at)]),
      { transport, ...FAST },
    ),
  );
  for (const { key, call } of outcomes) assert.equal(key, keys[call.carrierUserId.slice("user ".length)]);
  assert.equal(outcomes.length, 3);
});

for (const [what, source] of [
  ["an array", [...calls(5)]],
  ["a set", new Set(calls(5))],
  ["a generator", calls(5)],
  ["an async generator", later(calls(5))],
  ["a ReadableStream", ReadableStream.from([...calls(5)])],
  ["nothing", []],
  ["nothing, later", later([])],
]) {
  test(`a source may be ${what}`, async () => {
    const sandbox = new Sandbox();
    const outcomes = await all(dispatch(clientOf(), source, { transport: sandbox.fetch, ...FAST }));
    const count = what.startsWith("nothing") ? 0 : 5;
    assert.deepEqual(tally(outcomes), count ? { delivered: count } : {});
    assert.equal(sandbox.accepted().length, count);
  });
}

test("an undocumented type is sent", async () => {
  const sandbox = new Sandbox({ acceptedTypes: [1] });
  await all(dispatch(clientOf(), [{ ...callOf(0), undocumentedType: 1 }], { transport: sandbox.fetch, ...FAST }));
  assert.equal(sandbox.accepted()[0].type, 1);
});

for (const [what, item, message] of [
  ["a number", 1, /yields a number; yield calls/],
  ["a triple", [1, 2, callOf(0)], /yields an array; yield calls/],
  ["no operation", {}, /unknown call; create it/],
  ["an empty id", { ...callOf(0), packageId: "" }, /packageId/],
  ["two calls, as if one were a key", [callOf(2), callOf(3)], /yields a pair of two calls; yield them one by one, or each with its key/],
  ["an object with a key and no call", { key: "a" }, /unknown call; create it/],
  ["an id that has lost digits", { ...callOf(0), carrierUserId: 189642158555241211 }, /carrierUserId: a number/],
]) {
  for (const how of [(items) => items, later]) {
    test(`an item that is ${what} ends the job${how === later ? ", later" : ""}`, async () => {
      const sandbox = new Sandbox();
      const run = dispatch(clientOf(), how([callOf(0), item, callOf(1)]), { transport: sandbox.fetch, ...FAST });
      const { outcomes, error } = await allAndError(run);
      assert.equal(error.name, "InvalidInputError");
      assert.match(error.message, message);
      assert.deepEqual(
        outcomes.map(({ key }) => key),
        [0],
      );
      assert.equal(sandbox.accepted().length, tally(outcomes).delivered ?? 0);
    });
  }
}

for (const [options, message] of [
  [{ rat: 1 }, "unknown option rat; expected one of: rate, burst"],
  [{ rate: 0 }, "rate: 0 is out of range; pass a number from 0.001 to 100000"],
  [{ rate: "50" }, "rate: a string where a number is due"],
  [{ rate: null }, "rate: null where a number is due"],
  [{ concurrency: 1.5 }, "concurrency: 1.5 is out of range; pass a whole number"],
  [{ backoffCapMs: -1 }, "backoffCapMs: -1 ms is out of range; pass a time from 0 ms to 86400000 ms"],
  [{ backoff: 1 }, "unknown option backoff"],
  [{ renewsToken: true }, "dispatch: unknown option renewsToken; pass token"],
  [{ timeoutMs: 0 }, "timeoutMs: out of range"],
  [{ transport: "fetch" }, "transport: not a function"],
  [{ token: "t" }, "token: not a function"],
  [{ onHalt: true }, "onHalt: not a function"],
  [{ beforeSend: "log" }, "beforeSend: not a function"],
  [{ onExchange: null }, "onExchange: not a function"],
  [{ onBadItem: "skip" }, 'onBadItem: unknown; pass "throw" or "outcome"'],
  [{ signal: {} }, "signal: not an AbortSignal"],
  [null, "dispatch: not an object"],
]) {
  test(`options are checked at once: ${JSON.stringify(options)}`, async () => {
    const error = await thrownBy(() => dispatch(clientOf(), calls(1), options));
    assert.equal(error.name, "InvalidInputError");
    assert.ok(error.message.startsWith(message), error.message);
  });
}

for (const value of [0, 1.5, 2 ** 30 + 1, "1", null]) {
  test(`send and dispatch refuse a replyLimit of ${value} in the same words`, async () => {
    const of = async (work) => {
      const { name, field, message } = await thrownBy(work);
      return { name, field, message };
    };
    const single = await of(() => client().send(callOf(0), { replyLimit: value, transport: () => assert.fail("sent") }));
    assert.deepEqual(single, await of(() => dispatch(clientOf(), calls(1), { replyLimit: value })));
    assert.deepEqual([single.name, single.field], ["InvalidInputError", "replyLimit"]);
    if (value === 1.5) assert.equal(single.message, "replyLimit: 1.5 is out of range; pass a whole number of bytes from 1 to 1073741824");
  });
}

test("every number of the policy is an option", async () => {
  const numbers = {
    rate: 1000,
    burst: 7,
    concurrency: 3,
    queue: 9,
    attempts: 2,
    backoffMs: 1000,
    backoffCapMs: 2000,
    retryAfterCapMs: 3000,
    retryRatio: 0.5,
    haltAfter: 4,
    repeatsAreSafe: true,
    tokenAgeMs: 60_000,
    replyLimit: 100,
  };
  const run = dispatch(clientOf(), calls(2), { transport: new Sandbox().fetch, token: () => "t", ...numbers });
  assert.deepEqual(tally(await all(run)), { delivered: 2 });
  // An undefined option counts as left out.
  dispatch(
    clientOf(),
    [],
    Object.fromEntries(
      [
        ...Object.keys(numbers),
        "adaptive",
        "transport",
        "signal",
        "token",
        "onHalt",
        "beforeSend",
        "onExchange",
        "onBadItem",
        "timeoutMs",
      ].map((name) => [name, undefined]),
    ),
  );
});

for (const [what, source] of [
  ["undefined", undefined],
  ["null", null],
  ["a number", 5],
  ["a string", "calls"],
]) {
  test(`a source that is ${what} is refused`, async () => {
    assert.match(
      (await thrownBy(() => dispatch(clientOf(), source))).message,
      new RegExp(`^source: ${what} where calls are due; pass an iterable`),
    );
  });
}

test("a client of another copy of the package is refused with what to import", async () => {
  const cjs = new (require("koodrive").Client)({ endpoint: INTERNATIONAL, userId: USER_ID, ...APP });
  for (const other of [cjs, {}, undefined, null, Object.create(Client.prototype)]) {
    const { name, message } = await thrownBy(() => dispatch(other, []));
    assert.deepEqual([name, /Client that koodrive exports/.test(message)], ["InvalidInputError", true], message);
  }
  const freed = clientOf();
  freed.free();
  assert.match((await thrownBy(() => dispatch(freed, []))).message, /the client was freed/);
});

test("dispatch works in the CommonJS entry", async () => {
  const cjs = require("koodrive");
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
  const one = new cjs.Client({ endpoint: INTERNATIONAL, userId: USER_ID, ...APP });
  assert.deepEqual(tally(await all(cjs.dispatch(one, calls(2), { transport: new Sandbox().fetch }))), { delivered: 2 });
});

test("one client and one transport serve both send and dispatch", async () => {
  const one = clientOf();
  const { fetch: transport } = new Sandbox();
  assert.equal((await one.send(callOf(0), { transport, timeoutMs: 1000, replyLimit: 1000 })).code, "0");
  assert.deepEqual(tally(await all(dispatch(one, calls(2), { transport, timeoutMs: 1000, replyLimit: 1000 }))), { delivered: 2 });
});

test("options of send and dispatch are refused in the same words", async () => {
  const { fetch: transport } = new Sandbox();
  for (const wrong of [
    { transport: "fetch" },
    { signal: {} },
    { signal: null },
    { timeoutMs: 0 },
    { timeoutMs: "1" },
    { replyLimit: 0 },
    { replyLimit: "1" },
  ]) {
    const sent = await thrownBy(() => clientOf().send(callOf(0), { transport, ...wrong }));
    const dispatched = await thrownBy(() => dispatch(clientOf(), calls(1), { transport, ...wrong }));
    assert.deepEqual([sent.message, sent.field], [dispatched.message, dispatched.field], JSON.stringify(wrong));
  }
  const old = await thrownBy(() => clientOf().send(callOf(0), { fetch: transport }));
  assert.match(old.message, /^send: unknown option fetch; expected one of: transport, /);
});

test("a job goes on after its client was freed", async () => {
  const one = clientOf();
  const run = dispatch(one, calls(3), { transport: new Sandbox().fetch, ...FAST });
  one.free();
  assert.deepEqual(tally(await all(run)), { delivered: 3 });
});

/** The transports, each with a function that closes it. */
const TRANSPORTS = {
  fetch: () => [undefined, () => {}],
  undici: (agent = new Agent()) => [overUndici(agent), () => agent.close()],
};

for (const [what, make] of Object.entries(TRANSPORTS)) {
  test(`a job runs over ${what}`, async () => {
    const sandbox = new Sandbox({ faults: ["pass", 429, 500] });
    let arrived;
    const answer = async ({ method, url, headers: { connection, "content-length": length, ...headers } }, response, number) => {
      const { body } = arrived[number - 1];
      const answered = await sandbox.fetch(`http://${headers.host}${url}`, { method, headers, body });
      response.writeHead(answered.status, Object.fromEntries(answered.headers));
      response.end(Buffer.from(await answered.arrayBuffer()));
    };
    const [transport, close] = make();
    await serving(answer, async (endpoint, requests) => {
      arrived = requests;
      const one = new Client({ endpoint, userId: USER_ID, ...APP });
      const outcomes = await all(dispatch(one, calls(20), { transport, ...FAST }));
      assert.deepEqual(tally(outcomes), { delivered: 19, unknown: 1 });
      assert.equal(sandbox.accepted().length, 19);
    });
    await close();
  });
}

test("a hidden redirect, a missing status, and a thrown non-error each give an outcome", async () => {
  const strange = [
    () => ({ type: "opaqueredirect", status: 0, headers: new Headers(), body: null }),
    () => ({ status: 0, headers: new Headers(), body: null, arrayBuffer: async () => new ArrayBuffer(0) }),
    () => Promise.reject(Object.create(null)),
    () => Promise.reject(undefined),
  ];
  const transport = through(new Sandbox(), (_, number) => strange[number]?.() ?? jsonOf(200, { code: 0 }));
  const outcomes = await all(dispatch(clientOf(), calls(4), { transport, concurrency: 1, ...FAST }));
  assert.deepEqual(
    outcomes.map(({ verdict, status }) => [verdict, status]),
    [
      ["refused", null],
      ["unknown", null],
      ["unknown", null],
      ["unknown", null],
    ],
  );
  const { error } = outcomes[0];
  assert.deepEqual([error.status, error.traceId, error.xDate], [0, outcomes[0].traceId, outcomes[0].xDate]);
  assert.match(error.message, /this host hides its status and target/);
  assert.match(outcomes[1].error.message, /status: not an HTTP status/);
});

test("an exchange over its time-out has an unknown outcome", async () => {
  const [{ verdict, error }] = await all(dispatch(clientOf(), calls(1), { transport: () => new Promise(() => {}), timeoutMs: 20 }));
  assert.equal(verdict, "unknown");
  assert.match(error.message, /no complete answer within 20 ms/);
});
