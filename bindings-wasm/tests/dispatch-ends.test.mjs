// Tests tokens, halts, and early ends of a job: no outcome is lost, and no further request is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  FAST,
  HaltedError,
  all,
  allAndError,
  callOf,
  calls,
  clientOf,
  dispatch,
  gate,
  isKooDriveError,
  jsonOf,
  later,
  serviceOf,
  tally,
  through,
} from "./dispatch.mjs";
import { APP, Sandbox } from "./koodrive.mjs";

// Tokens

for (const [what, give] of [
  ["sync", (token) => token],
  ["async", async (token) => token],
]) {
  test(`a 401 calls the token function once, and no call is refused: ${what}`, async () => {
    const tokens = new Set(["one"]);
    const { sandbox, sent, transport } = serviceOf(tokens);
    const asked = [];
    const token = () => {
      asked.push(sandbox.accepted().length);
      tokens.add("two");
      return give("two");
    };
    const expiring = (url, init) => {
      if (sandbox.accepted().length >= 20) tokens.delete("one");
      return transport(url, init);
    };
    const outcomes = await all(dispatch(clientOf({ token: "one" }), calls(60), { transport: expiring, token, concurrency: 4, ...FAST }));
    assert.deepEqual(tally(outcomes), { delivered: 60 });
    assert.equal(asked.length, 1);
    assert.ok(20 <= asked[0] && asked[0] <= 24, `${asked}`);
    assert.equal(sent.at(-1), "Bearer two");
    assert.equal(sandbox.accepted().length, 60);
  });
}

test("without a token function a 401 is a refusal", async () => {
  const { transport } = serviceOf(new Set());
  assert.deepEqual(tally(await all(dispatch(clientOf({ token: "one" }), calls(2), { transport, ...FAST }))), { refused: 2 });
});

test("the token function of a client is called before the first request", async () => {
  const { sandbox, sent, transport } = serviceOf(new Set(["one"]));
  const outcomes = await all(dispatch(clientOf({ token: async () => "one" }), calls(3), { transport, ...FAST }));
  assert.deepEqual([tally(outcomes), new Set(sent)], [{ delivered: 3 }, new Set(["Bearer one"])]);

  // A first token is requested again after a backoff, as any later one.
  const vault = new Error("the vault is closed");
  let asked = 0;
  const token = () => (asked++, Promise.reject(vault));
  const { outcomes: unsent, error } = await allAndError(dispatch(clientOf({ token }), calls(3), { transport, attempts: 3, ...FAST }));
  assert.deepEqual([tally(unsent), error.name, error.cause, asked], [{ not_sent: 3 }, "HaltedError", vault, 3]);
  assert.equal(sandbox.accepted().length, 3);
});

for (const [what, early] of [
  ["empty", ""],
  ["the refused one", "one"],
  ["half of it", "tw"],
  ["of several lines", "two\nlines"],
]) {
  test(`a token function whose token is ${what} is called again`, async () => {
    const { transport } = serviceOf(new Set(["two"]));
    const given = [early, early];
    const options = { transport, token: () => given.pop() ?? "two", concurrency: 4, ...FAST };
    assert.deepEqual(tally(await all(dispatch(clientOf({ token: "one" }), calls(20), options))), { delivered: 20 });
  });
}

test("a token older than tokenAgeMs is replaced before it is refused", async () => {
  const { sent, transport } = serviceOf(new Set(["one", "two"]));
  const slow = async (...given) => {
    await new Promise((over) => setTimeout(over, 1_100));
    return transport(...given);
  };
  const options = { transport: slow, token: () => "two", tokenAgeMs: 1000, concurrency: 1, ...FAST };
  assert.deepEqual(tally(await all(dispatch(clientOf({ token: "one" }), calls(2), options))), { delivered: 2 });
  assert.deepEqual(sent, ["Bearer one", "Bearer two"]);
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
  test(`a token function that ${what} is called again, and then the job halts with the reason`, async () => {
    const { transport } = serviceOf(new Set());
    const vault = new Error("the vault is closed");
    let asked = 0;
    const token = () => (asked++, fail(vault));
    const { outcomes, error } = await allAndError(
      dispatch(clientOf({ token: "one" }), calls(3), { transport, token, attempts: 2, ...FAST }),
    );
    assert.match(error.message, /^halted: no fresh token after 2 tries/);
    assert.ok(error instanceof HaltedError && error instanceof Error && !isKooDriveError(error));
    const { name, reason, times, status, code, msg, cause } = error;
    assert.deepEqual(
      { name, reason, times, status, code, msg, cause },
      { name: "HaltedError", reason: "no_token", times: 2, status: null, code: null, msg: null, cause: vault },
    );
    assert.equal(asked, 2);
    assert.equal(outcomes.length, 3);
    assert.ok(outcomes.every(({ verdict }) => ["not_sent", "given_up"].includes(verdict)));
  });
}

test("a token function that never answers is called again", async () => {
  const { transport } = serviceOf(new Set(["two"]));
  let asked = 0;
  const token = () => (asked++ === 0 ? new Promise(() => {}) : "two");
  assert.deepEqual(tally(await all(dispatch(clientOf({ token: "one" }), calls(2), { transport, token, timeoutMs: 1_000, ...FAST }))), {
    delivered: 2,
  });
  assert.equal(asked, 2);
});

test("a token that is not text ends the job", async () => {
  const { transport } = serviceOf(new Set());
  const { outcomes, error } = await allAndError(dispatch(clientOf({ token: "one" }), calls(2), { transport, token: () => 1, ...FAST }));
  assert.equal(error.name, "InvalidInputError");
  assert.match(error.message, /^token: a number where text is due/);
  assert.deepEqual(tally(outcomes), { given_up: 2 });
});

// Halts

const UNKNOWN_APP = { appId: "another", appSecret: "secret" };

test("a wrong secret halts the job after a few dozen calls, and the error names the answer", async () => {
  const sandbox = new Sandbox();
  let read = 0;
  const source = function* () {
    for (const call of calls(10_000)) {
      read++;
      yield call;
    }
  };
  const { outcomes, error } = await allAndError(dispatch(clientOf(UNKNOWN_APP), source(), { transport: sandbox.fetch, ...FAST }));
  assert.match(
    error.message,
    /^halted: 20 calls in a row got the same answer, HTTP 401, code SANDBOX\.UNKNOWN_APP_ID, msg ".*another.*", and none was delivered/,
  );
  const { reason, times, status, code, msg } = error;
  assert.deepEqual([reason, times, status, code, /another/.test(msg)], ["same_answer", 20, 401, "SANDBOX.UNKNOWN_APP_ID", true]);
  assert.equal(outcomes.length, read);
  assert.ok(read < 200, `${read}`);
  const { refused, ...rest } = tally(outcomes);
  assert.ok(20 <= refused && refused <= 40, `${refused}`);
  assert.deepEqual(Object.keys(rest), ["not_sent"]);
});

const NOT_LISTED = { status: 403, body: '{"code":7,"msg":"not listed"}' };

for (const [what, give] of [
  ["sync", () => true],
  ["async", async () => true],
]) {
  test(`onHalt resumes a halted job: ${what}`, async () => {
    const sandbox = new Sandbox({ faults: Array(5).fill(NOT_LISTED) });
    const halts = [];
    const onHalt = ({ reason, times, status, code, msg }) => (halts.push([reason, times, status, code, msg]), give());
    const options = { transport: sandbox.fetch, onHalt, haltAfter: 5, concurrency: 1, ...FAST };
    assert.deepEqual(tally(await all(dispatch(clientOf(), calls(30), options))), { refused: 5, delivered: 25 });
    assert.deepEqual(halts, [["same_answer", 5, 403, "7", "not listed"]]);
  });
}

for (const [what, give] of [
  ["nothing", () => {}],
  ["a promise of false", async () => false],
]) {
  test(`a halted job is not resumed by ${what}`, async () => {
    const sandbox = new Sandbox({ faults: Array(5).fill(NOT_LISTED) });
    const options = { transport: sandbox.fetch, onHalt: give, haltAfter: 5, concurrency: 1, ...FAST };
    const { outcomes, error } = await allAndError(dispatch(clientOf(), calls(30), options));
    assert.deepEqual([tally(outcomes), error.name, sandbox.accepted()], [{ refused: 5, not_sent: 25 }, "HaltedError", []]);
  });
}

test("an error of onHalt is thrown after the outcomes", async () => {
  const sandbox = new Sandbox({ faults: Array(30).fill(NOT_LISTED) });
  const enough = new Error("enough");
  const run = dispatch(clientOf(), calls(30), {
    transport: sandbox.fetch,
    onHalt: () => {
      throw enough;
    },
    ...FAST,
  });
  const { outcomes, error } = await allAndError(run);
  assert.equal(error, enough);
  assert.equal(outcomes.length, 30);
});

// Failing sources

for (const [what, how] of [
  ["sync", (source) => source],
  ["async", later],
]) {
  test(`an error of the source is thrown after the outcomes: ${what}`, async () => {
    const broken = new Error("row 4 cannot be read");
    const source = function* () {
      yield* calls(3);
      throw broken;
    };
    const sandbox = new Sandbox();
    const { outcomes, error } = await allAndError(dispatch(clientOf(), how(source()), { transport: sandbox.fetch, ...FAST }));
    assert.equal(error, broken);
    assert.deepEqual(outcomes.map(({ key }) => key).sort(), [0, 1, 2]);
    // Each call has an outcome: a call that had not left is `not_sent`.
    const { delivered = 0, not_sent = 0 } = tally(outcomes);
    assert.deepEqual([delivered + not_sent, sandbox.accepted().length], [3, delivered]);
  });
}

// Early ends

/** Returns a source that records whether its `finally` has run. */
function closing(how) {
  const source = { isClosed: false };
  const items = function* () {
    try {
      yield* calls();
    } finally {
      source.isClosed = true;
    }
  };
  source.items = how(items());
  return source;
}

for (const [what, stop] of [
  ["cancel", ({ run }) => run.cancel()],
  ["a signal", ({ controller }) => controller.abort()],
]) {
  for (const [kind, how] of [
    ["sync", (source) => source],
    ["async", later],
  ]) {
    test(`${what} stops sending, waits for the requests in flight, and loses no outcome: ${kind} source`, async () => {
      const sandbox = new Sandbox();
      const controller = new AbortController();
      const { open, opened } = gate();
      let begun = 0;
      // Three are in flight without an answer until the job is stopped.
      const transport = through(sandbox, async () => {
        if (++begun === 6) setImmediate(() => (stop({ run, controller }), open()));
        if (begun > 3) await opened;
      });
      const source = closing(how);
      const run = dispatch(clientOf(), source.items, { transport, signal: controller.signal, concurrency: 3, ...FAST });
      const outcomes = await all(run);
      const { delivered, not_sent, ...rest } = tally(outcomes);
      assert.deepEqual([delivered, sandbox.accepted().length, begun, rest], [6, 6, 6, {}]);
      assert.ok(not_sent > 0);
      assert.deepEqual(
        outcomes.map(({ key }) => key).sort((one, other) => one - other),
        [...outcomes.keys()],
      );
      const { traceId, attempts, error, reply, code, sentAt } = outcomes.find(({ verdict }) => verdict === "not_sent");
      assert.deepEqual(
        { traceId, attempts, error, reply, code, sentAt },
        { traceId: null, attempts: 0, error: null, reply: null, code: null, sentAt: null },
      );
      const { progress } = run;
      assert.deepEqual([progress.delivered, progress.inFlight, progress.queued], [6, 0, 0]);
      assert.ok(source.isClosed);
    });
  }
}

/** A signature for any request. The sandbox gets none of them, so it is never checked. */
const SIGNATURE = "0".repeat(64);

for (const [what, sign] of [
  ["while it signs", (run, signing) => async () => (setImmediate(() => (run().cancel(), signing.open())), await signing.opened, SIGNATURE)],
  ["by the function that signs", (run) => () => (run().cancel(), SIGNATURE)],
  ["while it signs, and no signature comes", (run, signing) => async () => (run().cancel(), await signing.opened)],
]) {
  test(`a job that is cancelled ${what} sends nothing`, async () => {
    const sandbox = new Sandbox();
    const sent = [];
    const transport = through(sandbox, ({ headers }) => void sent.push(headers));
    const signing = gate();
    if (what.endsWith("comes")) setTimeout(signing.open, 10);
    const run = dispatch(clientOf({ appId: APP.appId, sign: sign(() => run, signing) }), calls(3), { transport, concurrency: 2, ...FAST });
    const outcomes = await all(run);
    assert.deepEqual([sent, sandbox.accepted(), outcomes.length], [[], [], 3]);
    // Two calls were about to leave. The third one had not asked for a signature.
    const asked = outcomes.filter(({ error }) => error !== null);
    assert.deepEqual(
      asked.map(({ error }) => [error.kind, error.outcome]),
      Array(2).fill(["not_sent", "not_sent"]),
    );
    for (const { error } of asked) assert.match(error.message, /the job was cancelled before the request was signed/);
    assert.deepEqual([tally(outcomes), run.progress.requests], [{ not_sent: 3 }, 0]);
    assert.ok(outcomes.every(({ attempts, traceId, sentAt }) => attempts === 0 && traceId === null && sentAt === null));
  });
}

test("leaving the loop during a signature stops sending", async () => {
  const sandbox = new Sandbox();
  const { open, opened } = gate();
  let asked = 0;
  const sent = [];
  const transport = through(sandbox, ({ headers }) => (sent.push(headers), jsonOf(200, { code: 0 })));
  const sign = async () => {
    if (asked++ > 0) await opened;
    return SIGNATURE;
  };
  for await (const { verdict } of dispatch(clientOf({ appId: APP.appId, sign }), calls(3), { transport, concurrency: 2, ...FAST })) {
    assert.equal(verdict, "delivered");
    setTimeout(open, 10);
    break;
  }
  assert.equal(sent.length, 1);
});

for (const [what, client] of [
  ["the first token", (token) => clientOf({ token })],
  ["a fresh token", () => clientOf({ token: "old" })],
]) {
  test(`a cancel during the call for ${what} stops sending`, async () => {
    const { sent, transport } = serviceOf(new Set(["fresh"]));
    const token = async () => {
      run.cancel();
      return "fresh";
    };
    const run = dispatch(client(token), calls(3), { transport, token, concurrency: 1, ...FAST });
    const outcomes = await all(run);
    assert.ok(!sent.includes("Bearer fresh"), `${sent}`);
    assert.ok(outcomes.every(({ verdict }) => ["not_sent", "given_up"].includes(verdict)));
  });
}

test("a call that the source yields during a cancel has an outcome, too", async () => {
  const sandbox = new Sandbox();
  const [slow, answer] = [gate(), gate()];
  const source = async function* () {
    yield callOf(0);
    await slow.opened;
    yield ["late", callOf(1)];
    assert.fail("read on");
  };
  const transport = through(sandbox, async () => {
    run.cancel();
    slow.open();
    // The request is in flight until that call has come.
    setImmediate(answer.open);
    await answer.opened;
  });
  const run = dispatch(clientOf(), source(), { transport, ...FAST });
  const outcomes = await all(run);
  assert.deepEqual(
    outcomes.map(({ key, verdict, attempts }) => [key, verdict, attempts]),
    [
      ["late", "not_sent", 0],
      [0, "delivered", 1],
    ],
  );
  assert.ok(Object.isFrozen(outcomes[1]));
});

test("with an aborted signal the job reads nothing", async () => {
  const sandbox = new Sandbox();
  let read = 0;
  const source = { [Symbol.iterator]: () => ({ next: () => ({ value: callOf(read++) }) }) };
  for (const token of ["one", () => new Promise(() => {})]) {
    assert.deepEqual(await all(dispatch(clientOf({ token }), source, { transport: sandbox.fetch, signal: AbortSignal.abort() })), []);
  }
  assert.equal(read, 0);
});

test("a signal keeps no reference to a job that has ended", async () => {
  const listeners = new Set();
  const signal = {
    aborted: false,
    addEventListener: (_, listener) => listeners.add(listener),
    removeEventListener: (_, listener) => listeners.delete(listener),
  };
  const run = dispatch(clientOf(), calls(2), { transport: new Sandbox().fetch, signal });
  await run.next();
  assert.equal(listeners.size, 1);
  await all(run);
  assert.equal(listeners.size, 0);
});

test("a job ends although its token function and its source never answer", async () => {
  const { transport } = serviceOf(new Set());
  const never = () => new Promise(() => {});
  for (const [token, source] of [
    ["one", [callOf(0)]],
    ["one", { [Symbol.asyncIterator]: () => ({ next: never }) }],
    [never, [callOf(0)]],
  ]) {
    const controller = new AbortController();
    const asked = () => (setImmediate(() => controller.abort()), never());
    if (typeof source[Symbol.asyncIterator] === "function") setImmediate(() => controller.abort());
    const client = clientOf({ token: token === never ? asked : token });
    const outcomes = await all(dispatch(client, source, { transport, token: asked, signal: controller.signal, ...FAST }));
    assert.ok(outcomes.every(({ verdict }) => ["not_sent", "given_up"].includes(verdict)));
  }
});

for (const [what, leave] of [
  ["break", () => {}],
  [
    "an exception",
    () => {
      throw new Error("left");
    },
  ],
]) {
  for (const [kind, how] of [
    ["sync", (source) => source],
    ["async", later],
  ]) {
    test(`leaving the loop by ${what} waits for the requests in flight and stops sending: ${kind} source`, async () => {
      const sandbox = new Sandbox();
      let [begun, ended] = [0, 0];
      const transport = through(sandbox, async () => {
        begun++;
        // The timer starts after the first answer, so the order holds on a busy machine, too.
        if (begun > 1) await new Promise((over) => setTimeout(over, 20));
        ended++;
      });
      const source = closing(how);
      const run = dispatch(clientOf(), source.items, { transport, ...FAST });
      try {
        for await (const { verdict } of run) {
          assert.equal(verdict, "delivered");
          leave();
          break;
        }
      } catch (error) {
        assert.equal(error.message, "left");
      }
      assert.deepEqual([ended, sandbox.accepted().length], [begun, begun]);
      assert.deepEqual([run.progress.inFlight, run.progress.queued, run.progress.delivered], [0, 0, begun]);
      assert.ok(source.isClosed);
      assert.deepEqual(await run.next(), { done: true, value: undefined });
      // `remaining` has the outcomes that the loop has not seen. The loop has seen the first one.
      const left = run.remaining();
      const delivered = left.filter(({ verdict }) => verdict === "delivered");
      assert.deepEqual([delivered.length, left.length], [begun - 1, run.progress.pushed - 1]);
      assert.equal(new Set([0, ...left.map(({ key }) => key)]).size, run.progress.pushed);
      assert.deepEqual(run.remaining(), []);
    });
  }
}

test("a job that was never started can be ended, and reads nothing", async () => {
  const source = closing((items) => items);
  const run = dispatch(clientOf(), source.items, {});
  assert.deepEqual(await run.return(), { done: true, value: undefined });
  assert.deepEqual(await run.next(), { done: true, value: undefined });
  assert.equal(run.progress.pushed, 0);
  run.cancel();
});

test("a job can be disposed of", { skip: !Symbol.asyncDispose }, async () => {
  const sandbox = new Sandbox();
  const run = dispatch(clientOf(), calls(), { transport: sandbox.fetch, ...FAST });
  await run.next();
  await run[Symbol.asyncDispose]();
  assert.deepEqual([run.progress.inFlight, run.progress.delivered], [0, sandbox.accepted().length]);
  assert.equal((await run.next()).done, true);
});

test("no request is sent between two calls of next", async () => {
  const sandbox = new Sandbox();
  const run = dispatch(clientOf(), calls(10), { transport: sandbox.fetch, concurrency: 1, ...FAST });
  assert.equal(sandbox.accepted().length, 0);
  await run.next();
  const before = sandbox.accepted().length;
  for (let turn = 0; turn < 20; turn++) await new Promise((over) => setImmediate(over));
  assert.ok(sandbox.accepted().length <= before + 1);
  assert.equal((await all(run)).length, 9);
});

test("concurrent calls of next get one outcome each", async () => {
  const run = dispatch(clientOf(), calls(3), { transport: new Sandbox().fetch, ...FAST });
  const results = await Promise.all([run.next(), run.next(), run.next(), run.next()]);
  assert.deepEqual(
    results.map(({ done }) => done),
    [false, false, false, true],
  );
  assert.equal(new Set(results.slice(0, 3).map(({ value }) => value.key)).size, 3);
});
