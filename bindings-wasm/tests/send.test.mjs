// Tests `send` over Node's fetch, with a server that misbehaves in every way that changes the
// result.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { Readable } from "node:stream";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { APP, TOKEN, answering, call, client, esm, getCurrentRetentionPolicy, serving, thrownBy } from "./koodrive.mjs";

const success = { code: 0, msg: "Success." };
const send = (endpoint, options, credentials) => client({ endpoint, ...credentials }).send(call, options);
const assertError = (error, type, outcome) => {
  assert.ok(error instanceof type, error.stack);
  assert.equal(error.outcome, outcome);
};
/** Serves raw bytes, since an HTTP server cannot misbehave enough. */
async function raw(answer, work) {
  const server = createServer((socket) => socket.on("error", () => {}).once("data", () => answer(socket)));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
  }
}

test("the request is sent as built, with a new trace id", () =>
  serving(answering(200, success), async (endpoint, requests) => {
    const reply = await send(endpoint, {}, { token: undefined, ...APP });
    const [{ method, url, headers, body }] = requests;
    assert.equal(method, "POST");
    assert.equal(url, "/koodrive/ose/v1/carrier/users/notifyPackageExpire");
    assert.equal(body, '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}');
    assert.match(headers.authorization, /^HMAC-SHA256 AppId=example-app-id,SignedHeaders=host;x-date;x-user-id,Signature=[0-9a-f]{64}$/);
    assert.match(headers["x-traceid"], /^[0-9a-f]{58}$/);
    assert.deepEqual(reply, { code: "0", msg: "Success.", traceId: headers["x-traceid"] });
  }));

test("send returns the reply of a GET", () =>
  serving(answering(200, { ...success, policyList: [{ policyId: "1" }] }), async (endpoint, requests) => {
    const reply = await client({ endpoint }).send(getCurrentRetentionPolicy());
    assert.equal(reply.policyList[0].policyId, "1");
    assert.deepEqual([requests[0].method, requests[0].body], ["GET", ""]);
  }));

test("a given trace id is sent, and the service's trace id is the reply's", () =>
  serving(answering(200, success, { "X-TraceId": "theirs" }), async (endpoint, requests) => {
    const reply = await send(endpoint, { traceId: "t".repeat(58) });
    assert.equal(requests[0].headers["x-traceid"], "t".repeat(58));
    assert.equal(reply.traceId, "theirs");
  }));

test("a refused signature is an api error that can be explained", () =>
  serving(
    (_, response) => answering(401, { error_code: "APIGW.0301", error_msg: "canonicalRequest:GET|/|" })(_, response),
    async (endpoint, requests) => {
      const one = client({ endpoint, token: undefined, ...APP });
      const error = await thrownBy(() => one.send(call));
      assertError(error, esm.ApiError, "refused");
      assert.equal(error.status, 401);
      assert.equal(error.traceId, requests[0].headers["x-traceid"]);
      assert.match(error.message, new RegExp(`X-Date sent \\(${requests[0].headers["x-date"]}\\)`));
      assert.equal(one.explain(call, { message: error.msg }).difference.part, "METHOD");
      assert.equal(requests.length, 1, "nothing is wrong with the clock, so it is not repeated");
    },
  ));

test("a failing service leaves the outcome unknown, and the call is not repeated", () =>
  serving(answering(500, { code: 13000201, msg: "inner server invoke failure" }), async (endpoint, requests) => {
    const error = await thrownBy(() => send(endpoint));
    assertError(error, esm.ApiError, "unknown");
    assert.deepEqual([error.status, error.code, error.retryable, requests.length], [500, "13000201", false, 1]);
  }));

test("a redirect is not followed", () =>
  serving(answering(302, "", { location: "/elsewhere" }), async (endpoint, requests) => {
    const error = await thrownBy(() => send(endpoint));
    assertError(error, esm.ApiError, "refused");
    assert.deepEqual([error.status, requests.length], [302, 1]);
  }));

test("a hidden redirect of a browser is refused with the browser's status", async () => {
  const seen = [];
  const fetch = async () => ({
    type: "opaqueredirect",
    status: 0,
    headers: new Headers(),
    body: null,
    arrayBuffer: async () => new ArrayBuffer(0),
  });
  const error = await thrownBy(() => send("http://127.0.0.1", { transport: fetch, onExchange: (exchange) => void seen.push(exchange) }));
  assertError(error, esm.ApiError, "refused");
  assert.deepEqual([error.kind, error.outcome, error.retryable, error.status, error.body], ["api", "refused", false, 0, null]);
  assert.match(error.traceId, /^[0-9a-f]{58}$/);
  assert.match(error.message, /^the service answered notifyPackageExpire with a redirect, which is not followed/);
  assert.deepEqual([seen[0].status, seen[0].kind], [null, "api"]);
});

test("an invalid status leaves the outcome unknown", async () => {
  const fetch = async () => ({ type: "error", status: 0, headers: new Headers(), body: null, arrayBuffer: async () => new ArrayBuffer(0) });
  assertError(await thrownBy(() => send("http://127.0.0.1", { transport: fetch })), esm.OutcomeUnknownError, "unknown");
});

test("a Node stream is read up to the limit and then destroyed", async () => {
  const reply = (...chunks) => {
    const body = Readable.from(chunks.map((chunk) => Buffer.from(chunk)));
    return { status: 200, headers: new Headers(), body, arrayBuffer: () => assert.fail("it has no limit") };
  };
  const whole = reply('{"code":0,', '"msg":"Succ', 'ess."}');
  assert.equal((await send("http://127.0.0.1", { transport: async () => whole })).msg, "Success.");
  let given = 0;
  const body = Readable.from(
    (function* () {
      for (; given < 10_000; given++) yield Buffer.alloc(500);
    })(),
  );
  const long = { status: 200, headers: new Headers(), body };
  assertError(
    await thrownBy(() => send("http://127.0.0.1", { transport: async () => long, replyLimit: 1000 })),
    esm.UnreadableReplyError,
    "unknown",
  );
  assert.ok(body.destroyed);
  assert.ok(given < 100, `${given} chunks were read`);
});

for (const [what, bytes] of [
  ["before its answer", ""],
  ["within its headers", "HTTP/1.1 200 OK\r\nconte"],
  ["within its body", 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"code":0'],
]) {
  test(`a connection that is cut ${what} leaves the outcome unknown`, () =>
    raw(
      (socket) => socket.end(bytes),
      async (endpoint) => {
        const error = await thrownBy(() => send(endpoint));
        assertError(error, esm.OutcomeUnknownError, "unknown");
        assert.equal(error.retryable, false);
        assert.ok(error.cause instanceof Error);
        assert.match(error.traceId, /^[0-9a-f]{58}$/);
      },
    ));
}

test("a refused connection was not sent", async () => {
  const endpoint = await serving(answering(200, success), (endpoint) => endpoint);
  const error = await thrownBy(() => send(endpoint));
  assertError(error, esm.NotSentError, "not_sent");
  assert.equal(error.retryable, true);
  assert.match(error.message, /ECONNREFUSED/);
});

test("an unknown host name was not sent", async () => {
  const error = await thrownBy(() => send("https://koodrive.invalid"));
  assertError(error, esm.NotSentError, "not_sent");
});

test("tls to a server without it was not sent", () =>
  raw(
    (socket) => socket.end("HTTP/1.1 400 Bad Request\r\n\r\n"),
    async (endpoint) => {
      const error = await thrownBy(() => send(endpoint.replace("http:", "https:")));
      assertError(error, esm.NotSentError, "not_sent");
    },
  ));

test("each cause is not_sent or outcome_unknown", async () => {
  const coded = (code, more) => Object.assign(new Error(code), { code, ...more });
  const saying = (code, message) => Object.assign(new Error(message), { code });
  const several = (...errors) => Object.assign(new AggregateError(errors), { code: errors[0].code });
  const refused = coded("ECONNREFUSED");
  for (const [cause, type] of [
    [coded("EAI_AGAIN"), esm.NotSentError],
    [coded("UND_ERR_CONNECT_TIMEOUT"), esm.NotSentError],
    [coded("CERT_HAS_EXPIRED"), esm.NotSentError],
    [coded("DEPTH_ZERO_SELF_SIGNED_CERT"), esm.NotSentError],
    [coded("ERR_TLS_CERT_ALTNAME_INVALID"), esm.NotSentError],
    [coded("EHOSTUNREACH", { syscall: "connect" }), esm.NotSentError],
    [coded("ECONNRESET", { syscall: "connect" }), esm.NotSentError],
    [coded("EAI_FAIL", { syscall: "getaddrinfo" }), esm.NotSentError],
    [coded("UND_ERR_PRX_TLS"), esm.NotSentError],
    // A connection in use has these codes as well. Only a new one has these messages: Node, Bun,
    // and undici behind a proxy.
    [saying("ECONNRESET", "Client network socket disconnected before secure TLS connection was established"), esm.NotSentError],
    [saying("ETIMEDOUT", "ETIMEDOUT: Unable to connect. Is the computer able to access the url?"), esm.NotSentError],
    [saying("ENETUNREACH", "ENETUNREACH: Was there a typo in the url or port?"), esm.NotSentError],
    [saying("EPROTO", "EPROTO: The TLS handshake failed. Does the server speak TLS on this port?"), esm.NotSentError],
    [saying("UND_ERR_ABORTED", "Proxy response (407) !== 200 when HTTP Tunneling"), esm.NotSentError],
    [saying("ECONNRESET", "ECONNRESET: The socket connection was closed unexpectedly."), esm.OutcomeUnknownError],
    [saying("EPROTO", "write EPROTO"), esm.OutcomeUnknownError],
    [saying("UND_ERR_ABORTED", "Request aborted"), esm.OutcomeUnknownError],
    [coded("UND_ERR_HEADERS_TIMEOUT"), esm.OutcomeUnknownError],
    [coded("UND_ERR_BODY_TIMEOUT"), esm.OutcomeUnknownError],
    // Deno's error may come from a second sending.
    [new Error("error sending request for url (http://127.0.0.1/): client error (Connect): tcp connect error"), esm.OutcomeUnknownError],
    [several(refused, coded("ENETUNREACH", { syscall: "connect" })), esm.NotSentError],
    [coded("EHOSTUNREACH", { syscall: "read" }), esm.OutcomeUnknownError],
    [several(refused, coded("ECONNRESET")), esm.OutcomeUnknownError],
    [coded("ECONNRESET"), esm.OutcomeUnknownError],
    [coded("ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC"), esm.OutcomeUnknownError],
    [coded("UND_ERR_SOCKET"), esm.OutcomeUnknownError],
    ["no error at all", esm.OutcomeUnknownError],
  ]) {
    const fetch = () => Promise.reject(new TypeError("fetch failed", { cause }));
    const error = await thrownBy(() => send("http://127.0.0.1", { transport: fetch }));
    assert.ok(error instanceof type, `${cause.code}: ${error.stack}`);
    assert.equal(error.cause.cause, cause);
  }
});

test("a time-out leaves the outcome unknown", () =>
  serving(
    () => {},
    async (endpoint) => {
      const error = await thrownBy(() => send(endpoint, { timeoutMs: 50 }));
      assertError(error, esm.OutcomeUnknownError, "unknown");
      assert.match(error.message, /no complete answer within 50 ms/);
    },
  ));

test("the time-out also ends a fetch that ignores its signal", async () => {
  const error = await thrownBy(() => send("http://127.0.0.1", { timeoutMs: 20, transport: () => new Promise(() => {}) }));
  assertError(error, esm.OutcomeUnknownError, "unknown");
});

test("an abort during the request leaves the outcome unknown, an earlier one was not sent", () =>
  serving(
    () => {},
    async (endpoint, requests) => {
      const controller = new AbortController();
      const sending = thrownBy(() => send(endpoint, { signal: controller.signal }));
      while (requests.length === 0) await sleep(5);
      controller.abort(new Error("enough"));
      const error = await sending;
      assertError(error, esm.OutcomeUnknownError, "unknown");
      assert.match(error.message, /enough/);
      assertError(await thrownBy(() => send(endpoint, { signal: controller.signal })), esm.NotSentError, "not_sent");
      assert.equal(requests.length, 1);
    },
  ));

test("a reply that is too long is not read to its end", () =>
  serving(answering(200, "x".repeat(5000)), async (endpoint) => {
    const error = await thrownBy(() => send(endpoint, { replyLimit: 1000 }));
    assertError(error, esm.UnreadableReplyError, "unknown");
    assert.match(error.message, /longer than the limit of 1000 bytes/);
    assert.match(error.traceId, /^[0-9a-f]{58}$/);
  }));

test("a reply of exactly the limit is read", () => {
  const body = JSON.stringify(success);
  return serving(answering(200, body), async (endpoint) => {
    assert.equal((await send(endpoint, { replyLimit: body.length })).code, "0");
  });
});

test("after a refused clock the call is signed anew once, with the learned time", () =>
  serving(
    (request, response, number) => {
      const headers = { date: new Date(Date.now() + 3_600_000).toUTCString() };
      answering(number === 1 ? 401 : 200, number === 1 ? { code: 1 } : success, headers)(request, response);
    },
    async (endpoint, requests) => {
      const one = client({ endpoint });
      assert.equal((await one.send(call)).code, "0");
      assert.equal(requests.length, 2);
      const [first, second] = requests.map(({ headers }) => headers);
      assert.ok(second["x-date"] > first["x-date"]);
      assert.equal(second["x-traceid"], first["x-traceid"]);
      assert.ok(one.clockOffsetMs > 3_590_000);
    },
  ));

test("a clock that is refused twice, and a refused own date, are api errors", () =>
  serving(
    (request, response) =>
      answering(400, { code: 1 }, { date: new Date(Date.now() + Math.random() * 8e7 + 2e6).toUTCString() })(request, response),
    async (endpoint, requests) => {
      assertError(await thrownBy(() => send(endpoint, { date: Date.now() - 1000 })), esm.ApiError, "refused");
      assert.equal(requests.length, 1);
      assertError(await thrownBy(() => send(endpoint)), esm.ApiError, "refused");
      assert.equal(requests.length, 3, "signed anew once");
    },
  ));

test("a token function is called before each attempt", () =>
  serving(answering(200, success), async (endpoint, requests) => {
    let number = 0;
    const one = client({ endpoint, token: async () => `${TOKEN}-${++number}` });
    await one.send(call);
    await one.send(call);
    assert.deepEqual(
      requests.map(({ headers }) => headers.authorization),
      [`Bearer ${TOKEN}-1`, `Bearer ${TOKEN}-2`],
    );
  }));

test("after a failed token function the call was not sent", async () => {
  const failing = {
    token: () => {
      throw new Error("no token today");
    },
  };
  const error = await thrownBy(() => send("http://127.0.0.1", {}, failing));
  assertError(error, esm.NotSentError, "not_sent");
  assert.match(error.message, /no token today/);
  assertError(await thrownBy(() => send("http://127.0.0.1", {}, { token: () => 5 })), esm.InvalidInputError, "not_sent");
});

test("the hook sees every exchange and no secret", () =>
  serving(
    (request, response, number) => answering(number === 1 ? 200 : 500, success)(request, response),
    async (endpoint, requests) => {
      const seen = [];
      const options = { onExchange: (exchange) => void seen.push(exchange) };
      await send(endpoint, options);
      await thrownBy(() => send(endpoint, options));
      await thrownBy(() => send("http://127.0.0.1", { ...options, transport: () => Promise.reject(new Error("x")) }));
      const shape = ({ method, status, kind, outcome }) => [method, status, kind, outcome];
      assert.deepEqual(seen.map(shape), [
        ["POST", 200, null, null],
        ["POST", 500, "api", "unknown"],
        ["POST", null, "outcome_unknown", "unknown"],
      ]);
      assert.equal(seen[0].url, `${endpoint}/koodrive/ose/v1/carrier/users/notifyPackageExpire`);
      assert.equal(seen[0].traceId, requests[0].headers["x-traceid"]);
      assert.ok(seen[0].startedAt instanceof Date && seen[0].durationMs >= 0);
      assert.ok(!JSON.stringify(seen).includes(TOKEN));
    },
  ));

test("a hook that fails changes nothing", () =>
  serving(answering(200, success), async (endpoint) => {
    for (const onExchange of [
      () => {
        throw new Error("hook");
      },
      async () => {
        throw new Error("hook");
      },
    ]) {
      assert.equal((await send(endpoint, { onExchange })).code, "0");
    }
  }));

test("a client that is freed during send still reads the reply", () =>
  serving(
    (request, response) => setTimeout(answering(200, success), 20, request, response),
    async (endpoint) => {
      const one = client({ endpoint });
      const sending = one.send(call);
      one.free();
      assert.equal((await sending).code, "0");
    },
  ));

test("options of send are checked before anything is sent", async () => {
  for (const options of [
    { timeOut: 5 },
    { transport: "fetch" },
    { signal: {} },
    { timeoutMs: 0 },
    { replyLimit: "1" },
    { replyLimit: null },
    { replyLimit: 0 },
    { replyLimit: 1.5 },
    { replyLimit: NaN },
    { replyLimit: Infinity },
    { replyLimit: 2 ** 30 + 1 },
    { onExchange: 1 },
    { now: 5 },
    { now: () => "now" },
    { date: "now" },
    { traceId: "short" },
  ]) {
    const error = await thrownBy(() => send("http://127.0.0.1", options));
    assert.equal(error.name, "InvalidInputError", `${JSON.stringify(options)}: ${error.stack}`);
  }
});

test("a call to a port that fetch blocks was not sent", async () => {
  const error = await thrownBy(() => client({ endpoint: "http://127.0.0.1:1" }).send(call));
  assert.deepEqual([error.kind, error.outcome], ["not_sent", "not_sent"]);
  assert.match(error.message, /bad port/);
});
