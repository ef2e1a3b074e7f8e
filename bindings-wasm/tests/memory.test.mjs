// Makes clients by the hundred thousand, in a process of its own. Measures memory after garbage
// collections and after `free`.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { installed } from "./koodrive.mjs";

/**
 * Runs `each(number)` a hundred thousand times. Returns the MiB of the core's memory and of
 * JavaScript's heap.
 */
function afterMany(each, before = "") {
  const program = `
    ${before}
    let memory;
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...given) {
        super(...given);
        memory = this.exports.memory;
      }
    };
    const { Client, INTERNATIONAL, notifyPackageExpire } = await import("koodrive");
    const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
    const options = { endpoint: INTERNATIONAL, userId: "1505084218764547200", appId: "a", appSecret: "example-app-secret-not-real" };
    const fetch = async () => ({ status: 200, headers: new Map(), body: null, arrayBuffer: async () => new TextEncoder().encode('{"code":0}').buffer });
    const tokens = new Client({ ...options, appId: undefined, appSecret: undefined, token: async () => "example-token-not-real" });
    const each = ${each};
    for (let number = 0; number < 100_000; number++) {
      await each(number);
      // Finalizers run between two turns of the event loop.
      if (number % 100 === 0) await new Promise((turn) => setImmediate(turn));
    }
    const { heapUsed } = process.memoryUsage();
    console.log(JSON.stringify({ core: memory.buffer.byteLength / 2 ** 20, heap: heapUsed / 2 ** 20 }));`;
  const input = { input: program, cwd: installed, encoding: "utf8" };
  return JSON.parse(execFileSync(process.execPath, ["--input-type=module", "-"], input));
}

const forgotten = "() => void new Client(options).request(call)";

test("unreferenced clients are collected together with their cores", { timeout: 120_000 }, () => {
  const { core, heap } = afterMany(forgotten);
  assert.ok(core < 24, `${core} MiB`);
  assert.ok(heap < 48, `${heap} MiB`);
});

test("without a FinalizationRegistry unreferenced clients fill the memory", { timeout: 120_000 }, () => {
  const { core } = afterMany(forgotten, "delete globalThis.FinalizationRegistry;");
  assert.ok(core > 48, `${core} MiB: then the test above shows nothing`);
});

for (const [what, each] of [
  ["freed by hand", "() => { const one = new Client(options); one.request(call); one.free(); }"],
  ["disposed of", "() => { const one = new Client(options); one.request(call); one[Symbol.dispose ?? 'free'](); }"],
  ["made for fresh credentials and freed", "() => tokens.withCredentials({ token: 'example-token-not-real' }).free()"],
  ["asked for a token by each send", "(number) => number % 4 === 0 && tokens.send(call, { transport: fetch })"],
]) {
  test(`clients that are ${what} leave nothing behind`, { timeout: 120_000 }, () => {
    const { core, heap } = afterMany(each);
    assert.ok(core < 3, `${core} MiB`);
    assert.ok(heap < 48, `${heap} MiB`);
  });
}
