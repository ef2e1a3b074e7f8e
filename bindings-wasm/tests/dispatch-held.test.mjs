// Tests what a running job holds: calls, exchanges, memory, and secrets, which stay hidden.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inspect } from "node:util";

/** The memories of all .wasm modules. */
const memories = [];
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...given) {
    super(...given);
    memories.push(this.exports.memory);
  }
};
// The import follows the lines above, since it makes the instances.
const { FAST, all, allAndError, callOf, calls, clientOf, dispatch, gate, jsonOf, later, serviceOf, tally, through } = await import(
  "./dispatch.mjs"
);
const { APP, Sandbox, installed } = await import("./koodrive.mjs");
const { derived } = await import("./hmac.mjs");

for (const [kind, how] of [
  ["sync", (source) => source],
  ["async", later],
]) {
  test(`exactly as many requests are in flight as concurrency allows: ${kind} source`, async () => {
    const sandbox = new Sandbox();
    let [now, most] = [0, 0];
    const transport = through(sandbox, async () => {
      most = Math.max(most, ++now);
      await new Promise((over) => setImmediate(over));
      now--;
    });
    const outcomes = await all(dispatch(clientOf(), how(calls(300)), { transport, concurrency: 5, ...FAST }));
    assert.deepEqual(tally(outcomes), { delivered: 300 });
    assert.equal(most, 5);
  });

  test(`a source is read no faster than needed: ${kind}`, async () => {
    const { open, opened } = gate();
    let [read, answered] = [0, 0];
    const source = function* () {
      for (const call of calls(1_000)) {
        // The bound is the queue, plus calls in flight or with an outcome that the user has not
        // taken.
        assert.ok(read - answered <= 20 + 10, `${read} read, ${answered} answered`);
        read++;
        yield call;
      }
    };
    const transport = async () => {
      if (read === 0) throw new Error("a request before its call");
      await opened;
      return jsonOf(200, { code: 0 });
    };
    const run = dispatch(clientOf(), how(source()), { transport, queue: 20, concurrency: 10, ...FAST });
    assert.equal(read, 0, "before it was begun");
    const first = run.next();
    for (let turn = 0; turn < 50; turn++) await new Promise((over) => setImmediate(over));
    assert.equal(read, 30);
    open();
    await first;
    answered++;
    for await (const { verdict } of run) {
      assert.equal(verdict, "delivered");
      answered++;
    }
    assert.deepEqual([read, answered], [1_000, 1_000]);
  });
}

test("memory is flat for a source of any length", { timeout: 120_000 }, () => {
  const program = `
    const memories = [];
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...given) {
        super(...given);
        memories.push(this.exports.memory);
      }
    };
    const { Client, INTERNATIONAL, dispatch, notifyPackageExpire } = await import("koodrive");
    const body = new TextEncoder().encode('{"code":0,"msg":"Success."}');
    const transport = async () => {
      await new Promise((turn) => setImmediate(turn));
      return { status: 200, headers: { get: () => null }, body: null, arrayBuffer: async () => body.buffer };
    };
    function* source(count) {
      for (let number = 0; number < count; number++) yield [{ number }, notifyPackageExpire({ carrierUserId: "user " + number, packageId: "14" })];
    }
    const client = new Client({ endpoint: INTERNATIONAL, userId: "1", appId: "a", appSecret: "example-app-secret-not-real" });
    const used = async (count) => {
      let [delivered, heap] = [0, 0];
      for await (const { verdict } of dispatch(client, source(count), { transport, rate: 100_000, burst: 1_000_000 })) {
        delivered += verdict === "delivered";
        // At this point, before its end, the job still holds all that it has gathered.
        if (delivered !== count - 1) continue;
        gc();
        heap = process.memoryUsage().heapUsed;
      }
      return { delivered, heap, core: memories[0].buffer.byteLength };
    };
    console.log(JSON.stringify([await used(2_000), await used(20_000)]));`;
  const options = { input: program, cwd: installed, encoding: "utf8" };
  const [few, more] = JSON.parse(execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "-"], options));
  assert.deepEqual([few.delivered, more.delivered], [2_000, 20_000]);
  // 50 bytes more per call would be 0.9 MB.
  assert.ok(more.heap - few.heap < 2 ** 19, `${more.heap - few.heap} bytes of JavaScript's heap`);
  assert.equal(more.core, few.core);
  assert.ok(more.core < 3 * 2 ** 20, `${more.core} bytes`);
});

/** Returns everything that a person or a log sees of `value`. */
const shown = (value) =>
  [
    inspect(value, { showHidden: true, depth: Infinity, getters: true, maxStringLength: Infinity }),
    JSON.stringify(value),
    String(value),
    Reflect.ownKeys(value).map(String).join(),
    value.stack,
  ].join("\n");

for (const [way, credentials, secrets] of [
  ["an app secret", APP, [APP.appSecret]],
  ["a token", { token: "planted-token-Qx7zR2Kv9wT4" }, ["planted-token-Qx7zR2Kv9wT4"]],
  ["a token function", { token: () => "planted-token-Qx7zR2Kv9wT4" }, ["planted-token-Qx7zR2Kv9wT4"]],
  ["an authorization", { authorization: "Basic Zm9vOmJhcjpiYXo=" }, ["Zm9vOmJhcjpiYXo="]],
]) {
  test(`a job, its outcomes and its errors do not show ${way}`, async () => {
    const sandbox = new Sandbox({ tokens: ["planted-token-Qx7zR2Kv9wT4"] });
    const sent = [];
    // This transport keeps its request in its errors.
    const transport = through(sandbox, (init, number) => {
      sent.push(init.headers.authorization);
      const holding = Object.assign(new Error(`failed with ${init.headers.authorization}`), { config: init });
      if (number % 3 === 0) throw number % 2 ? init.headers.authorization : holding;
      return number % 3 === 1 ? jsonOf(400, { code: 1, msg: "no" }) : jsonOf(200, { code: 0 });
    });
    const run = dispatch(clientOf(credentials), calls(9), { transport, concurrency: 2, ...FAST });
    const looked = [run, run.progress];
    for await (const outcome of run) {
      looked.push(outcome, run);
      if (outcome.error) looked.push(outcome.error);
    }
    assert.equal(looked.filter(({ verdict }) => verdict).length, 9);
    const text = looked.map(shown).join("\n");
    for (const secret of [...secrets, ...sent.map((it) => it.split(" ").at(-1))])
      assert.ok(secret.length > 8 && !text.includes(secret), secret);
    assert.equal(inspect(run), "Dispatch {}");
  });
}

test("a halt shows no secret", async () => {
  const credentials = { appId: "another", appSecret: "planted-secret-Qx7zR2Kv9wT4" };
  const { outcomes, error } = await allAndError(dispatch(clientOf(credentials), calls(50), { transport: new Sandbox().fetch, ...FAST }));
  assert.ok(![error, ...outcomes].map(shown).join("\n").includes(credentials.appSecret));
});

/** Returns the forms of a secret that are in the memory of a .wasm. */
const found = (secret, more = {}) =>
  Object.entries({
    text: Buffer.from(secret),
    beginning: Buffer.from(secret).subarray(0, 11),
    end: Buffer.from(secret).subarray(-11),
    ...more,
  })
    .filter(([, form]) => memories.some((memory) => Buffer.from(memory.buffer).includes(form)))
    .map(([name]) => name);

test("a job that has ended leaves nothing of its secret in the memory of the .wasm", async () => {
  const appSecret = "planted-0-Qx7zR2Kv9wT4-planted-0";
  const one = clientOf({ appId: "an-app-id", appSecret });
  const seen = [];
  const transport = async () => (seen.push(found(appSecret, derived(appSecret))), jsonOf(401, { code: 1 }));
  const run = dispatch(one, calls(3), { transport, concurrency: 1, ...FAST });
  // The job has its own copy of the freed client's core.
  one.free();
  assert.deepEqual(tally(await all(run)), { refused: 3 });
  assert.deepEqual(seen[0], ["inner state", "outer state"]);
  assert.deepEqual(found(appSecret, derived(appSecret)), []);
});

for (const [what, end] of [
  ["has ended", (run) => all(run)],
  ["was left", async (run) => (await run.next(), run.return())],
]) {
  test(`a job that ${what} leaves nothing of its tokens in the memory of the .wasm`, async () => {
    const [first, second] = ["planted-1-Qx7zR2Kv9wT4-planted-1", "planted-2-Qx7zR2Kv9wT4-planted-2"];
    const one = clientOf({ token: first });
    const seen = [];
    const transport = async (_, { headers }) => {
      seen.push(found(first).length, found(second).length);
      return headers.authorization.endsWith(second) ? jsonOf(200, { code: 0 }) : jsonOf(401, { code: 1 });
    };
    const run = dispatch(one, [callOf(0), callOf(1)], { transport, token: () => second, concurrency: 1, ...FAST });
    await end(run);
    one.free();
    // Each secret was there while it was needed.
    assert.ok(seen.slice(0, 2).join() === "3,0" && seen.at(-1) === 3, `${seen}`);
    assert.deepEqual([found(first), found(second)], [[], []]);
  });
}

test("a token that is refused leaves nothing behind", async () => {
  const secret = "planted-3-Qx7zR2Kv9wT4-planted-3";
  const { transport } = serviceOf(new Set());
  const one = clientOf({ token: "one" });
  const { error } = await allAndError(dispatch(one, calls(1), { transport, token: () => `${secret}\n`, attempts: 2, ...FAST }));
  assert.deepEqual([error.name, error.cause.name], ["HaltedError", "InvalidInputError"]);
  assert.ok(!shown(error).includes(secret) && !shown(error.cause).includes(secret));
  one.free();
  assert.deepEqual(found(secret), []);
});
