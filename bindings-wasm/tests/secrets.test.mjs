// Tests that credentials are in the request only. Clients do not show them, and neither does any
// error.
import assert from "node:assert/strict";
import { request as httpRequest } from "node:http";
import { test } from "node:test";
import { inspect } from "node:util";
import { APP, TOKEN, answering, call, client, esm, serving, thrownBy } from "./koodrive.mjs";

const BASIC = "Zm9vOmJhcjpiYXo=";
const WAYS = {
  token: { token: TOKEN },
  "token function": { token: () => TOKEN },
  app: { token: undefined, ...APP },
  authorization: { token: undefined, authorization: `Basic ${BASIC}` },
};

/** Returns everything that a person or a log sees of `value`. */
const shown = (value) =>
  [
    inspect(value, { showHidden: true, depth: Infinity, getters: true, maxStringLength: Infinity }),
    JSON.stringify(value),
    String(value),
    Reflect.ownKeys(value).map(String).join(),
    value.stack,
  ].join("\n");

const assertHidden = (value, more = []) => {
  const text = shown(value);
  for (const secret of [APP.appSecret, TOKEN, BASIC, ...more]) assert.ok(!text.includes(secret), text);
};

for (const [way, credentials] of Object.entries(WAYS)) {
  test(`a client with ${way} shows no secret in any representation`, async () => {
    const one = client(credentials);
    const looked = () => {
      assertHidden(one);
      assertHidden(structuredClone(one));
      assertHidden({ ...one });
    };
    looked();
    await thrownBy(() => one.send(call, { transport: () => Promise.reject(new Error("x")) }));
    looked();
    assertHidden(one.withCredentials({ token: TOKEN }));
    assert.equal(inspect(one), "Client {}");
  });
}

/** Failing transports that keep their request, each in another way. */
const HOLDING = {
  "the options": ({ init }) => Object.assign(new Error("failed"), { config: { headers: init.headers } }),
  "the value alone": ({ authorization }) => Object.assign(new Error("failed"), { value: authorization.split(" ")[1] }),
  "a hidden member": ({ init }) => Object.defineProperty(new Error("failed"), "init", { value: init }),
  "a symbol": ({ init }) => Object.assign(new Error("failed"), { [Symbol("init")]: init }),
  "a key": ({ authorization }) => Object.assign(new Error("failed"), { [authorization]: true }),
  Headers: ({ init }) => Object.assign(new Error("failed"), { headers: new Headers(init.headers) }),
  "a Request": ({ url, init }) => Object.assign(new Error("failed"), { request: new Request(url, init) }),
  "a Map": ({ init }) => Object.assign(new Error("failed"), { headers: new Map(Object.entries(init.headers)) }),
  bytes: ({ authorization }) => Object.assign(new Error("failed"), { sent: [Buffer.from(`authorization: ${authorization}\r\n`)] }),
  "its message": ({ authorization }) => new TypeError(`failed with authorization: ${authorization}`),
  "its cause's cause": ({ init }) => new TypeError("failed", { cause: new Error("deeper", { cause: { init } }) }),
  "an error of several": ({ init }) => new AggregateError([Object.assign(new Error("failed"), { init })], "failed"),
  "a text that is thrown": ({ authorization }) => `failed: ${authorization}`,
  "an object that is thrown": ({ init }) => ({ message: "failed", init }),
  "so much else": () => Object.assign(new Error("failed"), { all: Array.from({ length: 20_000 }, (_, at) => `${at}`) }),
  "what cannot be looked into": () =>
    Object.assign(new Error("failed"), {
      closed: new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("closed");
          },
        },
      ),
    }),
};
for (const [where, failing] of Object.entries(HOLDING)) {
  test(`a transport's error with the request in ${where} is redacted`, async () => {
    for (const credentials of Object.values(WAYS)) {
      let authorization;
      const fetch = async (url, { signal, ...init }) => {
        authorization = init.headers.authorization;
        throw failing({ url, init, authorization });
      };
      const error = await thrownBy(() => client(credentials).send(call, { transport: fetch }));
      assert.ok(error instanceof esm.OutcomeUnknownError);
      assertHidden(error, [authorization.slice(authorization.indexOf(" ") + 1)]);
      assert.match(error.message, /failed/);
    }
  });
}

test("an error of node:http with its request is redacted and keeps its code", async () => {
  const fetch = (url, { method, headers, body }) =>
    new Promise((_, reject) => {
      const request = httpRequest(url, { method, headers }).on("error", (error) => reject(Object.assign(error, { request })));
      request.end(body);
    });
  const closed = await serving(answering(200, {}), (endpoint) => endpoint);
  const error = await thrownBy(() => client({ endpoint: closed }).send(call, { transport: fetch }));
  assert.ok(error instanceof esm.NotSentError, "what is known of the original is not lost");
  assertHidden(error);
  assert.equal(error.cause.code, "ECONNREFUSED");
  assert.equal(error.cause.name, "Error");
  assert.match(error.cause.stack, /ECONNREFUSED/);
});

test("an error without a secret is the cause itself", async () => {
  const cause = Object.assign(new TypeError("fetch failed"), { code: "EPIPE", socket: { remotePort: 443 } });
  cause.itself = cause;
  const error = await thrownBy(() => client().send(call, { transport: () => Promise.reject(cause) }));
  assert.equal(error.cause, cause);
});

test("a very short token does not redact every text", async () => {
  const fetch = () => Promise.reject(new Error("not the token"));
  const error = await thrownBy(() => client({ token: "t" }).send(call, { transport: fetch }));
  assert.match(error.message, /not the token/);
});

test("an error of the service, of input or of a time-out shows no secret", () =>
  serving(answering(401, { code: 1, msg: "no" }), async (endpoint) => {
    for (const credentials of Object.values(WAYS)) {
      const one = client({ endpoint, ...credentials });
      assertHidden(await thrownBy(() => one.send(call)));
      assertHidden(await thrownBy(() => one.send(call, { traceId: "short" })));
      assertHidden(await thrownBy(() => one.send(call, { transport: () => new Promise(() => {}), timeoutMs: 5 })));
    }
    assertHidden(await thrownBy(() => client({ token: `${TOKEN}\n` })));
    assertHidden(await thrownBy(() => client({ token: undefined, ...APP, appSecret: `${APP.appSecret}\n` })));
  }));
