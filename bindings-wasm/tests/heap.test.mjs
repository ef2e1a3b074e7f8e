// Searches the whole memory of the .wasm, stack included, for a client's credentials. After `free`
// it must hold none. Each test first finds them there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { derived } from "./hmac.mjs";

let memory;
const { Instance } = WebAssembly;
WebAssembly.Instance = class extends Instance {
  constructor(...given) {
    super(...given);
    memory ??= this.exports.memory;
  }
};
// The import follows the line above, since it makes the instance.
const { APP, answering, call, client, installed, serving, thrownBy } = await import("./koodrive.mjs");

let planted = 0;
/** Returns a new secret each time, so that no test finds the secret of another. */
const plant = (letters = "") => {
  const number = (planted++).toString().padStart(3, "0");
  return `planted-${number}-${letters}Qx7zR2-${number}-planted`;
};

/** Returns the forms in which `secret` could be found, by name. */
const forms = (secret) => ({
  text: Buffer.from(secret),
  "UTF-16": Buffer.from(secret, "utf16le"),
  beginning: Buffer.from(secret).subarray(0, 11),
  end: Buffer.from(secret).subarray(-11),
  base64: Buffer.from(Buffer.from(secret).toString("base64")),
  hex: Buffer.from(Buffer.from(secret).toString("hex")),
  ...derived(secret),
});

/** Returns the names of the forms of `secret` that are in the memory now. */
const found = (secret) => {
  const bytes = Buffer.from(memory.buffer);
  return Object.entries(forms(secret)).flatMap(([name, form]) => (bytes.includes(form) ? [name] : []));
};

const WAYS = {
  "an app secret": [(secret) => ({ token: undefined, appId: "an-app-id", appSecret: secret }), ["inner state", "outer state"]],
  "a token": [(secret) => ({ token: secret }), ["text", "beginning", "end"]],
  "a token with its scheme": [(secret) => ({ token: `Bearer ${secret}` }), ["text", "beginning", "end"]],
  "a token with a plus": [(secret) => ({ token: `Bearer+${secret}` }), ["text", "beginning", "end"]],
  "an authorization": [(secret) => ({ token: undefined, authorization: secret }), ["text", "beginning", "end"]],
};

const USES = {
  nothing: () => {},
  "a request": (one) => one.request(call),
  "a request with a trace id": (one) => one.request(call, { traceId: "t".repeat(58) }),
  replies: (one) => {
    one.parse(call, { status: 200, headers: {}, body: '{"code":0}' });
    assert.throws(() => one.parse(call, { status: 401, headers: {}, body: "" }));
    assert.throws(() => one.request(call, { traceId: "short" }));
  },
  explanations: (one) => {
    try {
      one.explain(call, { message: "verify signature fail, canonicalRequest:POST|/" });
    } catch (error) {
      assert.match(error.message, /no signature to explain/);
    }
  },
  "other credentials": (one) => one.withCredentials({ token: "another-token" }).free(),
};

for (const [way, [options, alive]] of Object.entries(WAYS)) {
  for (const [use, work] of Object.entries(USES)) {
    for (const end of ["free", Symbol.dispose ?? "free"]) {
      test(`a client with ${way}, after ${use}, leaves nothing behind (${String(end)})`, () => {
        const secret = plant();
        const one = client(options(secret));
        // While the client lives, the memory holds only the prepared states of an app secret.
        assert.deepEqual(found(secret), alive);
        work(one);
        assert.ok(found(secret).length > 0);
        one[end]();
        assert.deepEqual(found(secret), []);
      });
    }
  }
}

test("credentials from withCredentials leave nothing behind", () => {
  const first = client();
  for (const [options, alive] of Object.values(WAYS)) {
    const secret = plant();
    const { token, ...other } = options(secret);
    const one = first.withCredentials(token ? { token } : other);
    assert.deepEqual(found(secret), alive);
    one.free();
    assert.deepEqual(found(secret), []);
  }
});

test("a secret beyond ASCII, which makes buffers grow, leaves nothing behind", () => {
  for (const letters of ["é", "密钥", "😀"]) {
    const secret = plant(letters);
    const one = client({ token: undefined, ...APP, appSecret: secret });
    assert.deepEqual(found(secret), ["inner state", "outer state"]);
    one.free();
    assert.deepEqual(found(secret), []);
  }
});

test("refused credentials leave nothing behind", () => {
  const secrets = [];
  const refused = (options) => {
    const secret = plant();
    secrets.push(secret);
    assert.throws(() => client(options(secret)), { name: "InvalidInputError" });
    assert.deepEqual(found(secret), []);
  };
  for (const [options] of Object.values(WAYS)) {
    refused((secret) => ({ ...options(secret), userId: "" }));
    refused((secret) => ({ ...options(secret), clockMarginMs: 601_000 }));
    refused((secret) => options(`${secret}\n`));
    refused((secret) => options(`\n${secret}`));
  }
  refused((secret) => ({ token: secret, ...APP }));
  refused((secret) => ({ token: "t", ...APP, appSecret: secret }));
});

test("tokens of a function leave nothing behind after any outcome", () =>
  serving(answering(200, { code: 0 }), async (endpoint) => {
    let secret;
    const seen = [];
    const one = client({ endpoint, token: () => (secret = plant()) });
    const fetch = (...given) => {
      seen.push(found(secret));
      return globalThis.fetch(...given);
    };
    await one.send(call, { transport: fetch });
    // The core with this token is freed before the request leaves.
    assert.deepEqual(seen, [[]]);
    await thrownBy(() => one.send(call, { transport: () => Promise.reject(new Error("failed")) }));
    assert.deepEqual(found(secret), []);
    one.free();
  }));

test("a client leaves nothing behind after its collection", () => {
  const program = `
    const { derived } = await import(${JSON.stringify(new URL("./hmac.mjs", import.meta.url).href)});
    let memory;
    const { Instance } = WebAssembly;
    WebAssembly.Instance = class extends Instance {
      constructor(...given) {
        super(...given);
        memory = this.exports.memory;
      }
    };
    const { Client, INTERNATIONAL, notifyPackageExpire } = await import("koodrive");
    const secret = "planted-secret-Qx7zR2Kv9wT4";
    const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
    const state = derived(secret)["inner state"];
    const there = () => Buffer.from(memory.buffer).includes(state);
    const use = () => {
      new Client({ endpoint: INTERNATIONAL, userId: "1", appId: "a", appSecret: secret }).request(call);
      return there();
    };
    const before = use();
    // The loop ends at the collection. An endless run fails by its time-out.
    while (there()) {
      gc();
      await new Promise((turn) => setImmediate(turn));
    }
    const left = Object.entries(derived(secret)).filter(([, form]) => Buffer.from(memory.buffer).includes(form));
    console.log(JSON.stringify([before, left.map(([name]) => name), Buffer.from(memory.buffer).includes(secret)]));`;
  const options = { input: program, cwd: installed, encoding: "utf8", timeout: 60_000 };
  assert.deepEqual(JSON.parse(execFileSync(process.execPath, ["--expose-gc", "--input-type=module", "-"], options)), [true, [], false]);
});
