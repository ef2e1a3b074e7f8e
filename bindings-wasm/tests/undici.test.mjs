// Tests `send` over undici: the same behaviour as over fetch, and the features of a dispatcher:
// proxy, own certificate authority, connect time-out.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import * as undici from "undici";
import {
  APP,
  TOKEN,
  answering,
  call,
  client,
  esm,
  getCurrentRetentionPolicy,
  overUndici,
  require,
  serving,
  thrownBy,
} from "./koodrive.mjs";

const { Agent, Client, Pool, ProxyAgent, RetryAgent, interceptors } = undici;
const certificate = (name) => readFileSync(join(import.meta.dirname, `certificates/${name}.pem`));
const TLS = { key: certificate("key"), cert: certificate("localhost") };
const ca = certificate("authority");

const success = { code: 0, msg: "Success." };
const assertError = (error, type, outcome) => {
  assert.ok(error instanceof type, error.stack);
  assert.equal(error.outcome, outcome);
};

/** Closes `dispatcher` after `work`. */
async function using(dispatcher, work) {
  try {
    return await work(dispatcher);
  } finally {
    await dispatcher.destroy();
  }
}

for (const [what, make] of [
  ["an Agent", () => new Agent()],
  ["a Pool", (endpoint) => new Pool(new URL(endpoint).origin)],
  ["a Client", (endpoint) => new Client(new URL(endpoint).origin)],
]) {
  test(`over ${what}, the request is sent as built`, () =>
    serving(answering(200, { ...success, policyList: [{ policyId: "1" }] }, { "X-TraceId": "theirs" }), (endpoint, requests) =>
      using(make(endpoint), async (dispatcher) => {
        const fetch = overUndici(dispatcher);
        const one = client({ endpoint: `${endpoint}/prefix`, token: undefined, ...APP });
        assert.deepEqual(await one.send(call, { transport: fetch }), { code: "0", msg: "Success.", traceId: "theirs" });
        assert.equal((await one.send(getCurrentRetentionPolicy(), { transport: fetch })).policyList[0].policyId, "1");
        const [{ method, url, headers, body }, read] = requests;
        assert.deepEqual([method, url], ["POST", "/prefix/koodrive/ose/v1/carrier/users/notifyPackageExpire"]);
        assert.equal(body, '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}');
        // The list has neither User-Agent nor Accept-Encoding.
        const built = ["authorization", "content-type", "x-date", "x-traceid", "x-user-id"];
        assert.deepEqual(Object.keys(headers).sort(), [...built, "connection", "content-length", "host"].sort());
        assert.deepEqual([read.method, read.url, read.body], ["GET", "/prefix/koodrive/ose/v1/carrier/retention/policy/getList", ""]);
        assert.ok(one.clockOffsetMs !== 0, "the clock was learned");
      }),
    ));
}

test("the CommonJS entry works with the CommonJS client", () => {
  const { overUndici: other } = require("koodrive/undici");
  return serving(answering(200, success), (endpoint) =>
    using(new Agent(), async (agent) => {
      assert.equal((await client({ endpoint }).send(call, { transport: other(agent) })).code, "0");
      assert.throws(() => other({}), require("koodrive").InvalidInputError);
    }),
  );
});

for (const [what, given] of [
  ["nothing", undefined],
  ["the module", undici],
  ["its request", undici.request],
  ["an object", {}],
  ["a text", "undici"],
]) {
  test(`${what} instead of a dispatcher is refused`, () => {
    assert.throws(
      () => overUndici(given),
      (error) => {
        assert.ok(error instanceof esm.InvalidInputError, error.stack);
        assert.deepEqual([error.kind, error.outcome, error.retryable], ["invalid_input", "not_sent", false]);
        assert.match(error.message, /not a dispatcher; pass an Agent/);
        return true;
      },
    );
  });
}

test("undici's own fetch is a transport", () =>
  serving(answering(200, success), async (endpoint) => {
    assert.equal((await client({ endpoint }).send(call, { transport: undici.fetch })).code, "0");
  }));

test("options go to undici and cannot change the request", () =>
  serving(
    () => {},
    (endpoint, requests) =>
      using(new Agent(), async (agent) => {
        const fetch = overUndici(agent, { headersTimeout: 50, method: "PUT", headers: {}, body: "" });
        const error = await thrownBy(() => client({ endpoint }).send(call, { transport: fetch }));
        assertError(error, esm.OutcomeUnknownError, "unknown");
        assert.equal(error.cause.code, "UND_ERR_HEADERS_TIMEOUT");
        assert.deepEqual([requests[0].method, requests[0].body.length], ["POST", 64]);
      }),
  ));

test("a redirect is not followed", () =>
  serving(answering(307, "", { location: "/elsewhere" }), (endpoint, requests) =>
    using(new Agent(), async (agent) => {
      const error = await thrownBy(() => client({ endpoint }).send(call, { transport: overUndici(agent) }));
      assertError(error, esm.ApiError, "refused");
      assert.deepEqual([error.status, requests.length], [307, 1]);
    }),
  ));

test("a dispatcher that follows redirects is refused", () =>
  serving(
    ({ url }, response) => answering(url === "/elsewhere" ? 200 : 307, success, { location: "/elsewhere" })(null, response),
    (endpoint) =>
      using(new Agent(), async (agent) => {
        const fetch = overUndici(agent.compose(interceptors.redirect({ maxRedirections: 2 })));
        const error = await thrownBy(() => client({ endpoint }).send(call, { transport: fetch }));
        assertError(error, esm.OutcomeUnknownError, "unknown");
        assert.match(error.message, /undici followed a redirect/);
      }),
  ));

test("a RetryAgent repeats no notification", () =>
  serving(answering(503, {}), (endpoint, requests) =>
    using(new RetryAgent(new Agent(), { minTimeout: 1 }), async (agent) => {
      await thrownBy(() => client({ endpoint }).send(call, { transport: overUndici(agent) }));
      assert.equal(requests.length, 1);
    }),
  ));

test("after any answer its connection serves the next call", () => {
  const answers = [200, 401, 302, 500, 200, 503, 400];
  let connections = 0;
  return serving(
    (_, response, number) => answering(answers[number - 1] ?? 200, "x".repeat(number * 40_000))(null, response),
    (endpoint, requests, server) => {
      server.on("connection", () => connections++);
      return using(new Pool(endpoint, { connections: 1 }), async (pool) => {
        for (const _ of answers)
          await thrownBy(() => client({ endpoint }).send(call, { transport: overUndici(pool), date: Date.now() - 1000 }));
        assert.deepEqual([requests.length, connections], [answers.length, 1]);
      });
    },
  );
});

test("a reply that is too long closes its connection, and the next call opens another", () => {
  const long = "x".repeat(500_000);
  return serving(
    (_, response, number) => (number === 1 ? response.writeHead(200).end(long) : answering(200, success)(null, response)),
    (endpoint) =>
      using(new Pool(endpoint, { connections: 1 }), async (pool) => {
        const sending = { transport: overUndici(pool), replyLimit: 1000 };
        const error = await thrownBy(() => client({ endpoint }).send(call, sending));
        assertError(error, esm.UnreadableReplyError, "unknown");
        assert.match(error.message, /longer than the limit of 1000 bytes/);
        assert.equal((await client({ endpoint }).send(call, sending)).code, "0");
      }),
  );
});

test("a reply in chunks is read to its end", () =>
  serving(
    async (_, response) => {
      for (const part of ['{"code":0,', '"msg":"Succ', 'ess."}']) {
        response.write(part);
        await sleep(5);
      }
      response.end();
    },
    (endpoint) =>
      using(new Agent(), async (agent) => {
        assert.equal((await client({ endpoint }).send(call, { transport: overUndici(agent) })).msg, "Success.");
      }),
  ));

test("a wrapper around the transport can read the reply in one piece", () =>
  serving(answering(200, { code: 0, msg: "x".repeat(100_000) }), (endpoint) =>
    using(new Agent(), async (agent) => {
      const inner = overUndici(agent);
      const transport = async (url, init) => {
        const { status, headers, arrayBuffer } = await inner(url, init);
        return new Response(await arrayBuffer(), { status, headers: { "x-traceid": headers.get("x-traceid") ?? "none" } });
      };
      const reply = await client({ endpoint }).send(call, { transport });
      assert.deepEqual([reply.msg.length, reply.traceId], [100_000, "none"]);
    }),
  ));

test("undici 6 calls the handler's older methods", async () => {
  // Imitates a dispatcher of undici 6, which calls only the older methods. Names and values
  // alternate and are bytes.
  const dispatch = (request, handler) => {
    handler.onConnect(() => assert.fail("aborted"), null);
    handler.onHeaders(103, [Buffer.from("link"), Buffer.from("</a>")], () => {}, "Early Hints");
    handler.onHeaders(
      200,
      ["X-TraceID", "theirs", "x-traceid", "second"].map((text) => Buffer.from(text)),
      () => {},
      "OK",
    );
    assert.equal(handler.onData(Buffer.from('{"code":0,"msg":"')), true);
    assert.equal(handler.onData(Buffer.from('Success."}')), true);
    handler.onComplete([]);
    return true;
  };
  const { traceId, msg } = await client().send(call, { transport: overUndici({ dispatch }) });
  assert.deepEqual([msg, traceId], ["Success.", "theirs"]);
  const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" });
  const failing = (_, handler) => handler.onError(refused);
  assertError(await thrownBy(() => client().send(call, { transport: overUndici({ dispatch: failing }) })), esm.NotSentError, "not_sent");
});

test("an abort and a time-out end the call and its connection", () => {
  const closed = [];
  return serving(
    ({ socket }) => closed.push(once(socket, "close")),
    (endpoint, requests) =>
      using(new Agent(), async (agent) => {
        const controller = new AbortController();
        const fetch = overUndici(agent);
        const sending = thrownBy(() => client({ endpoint }).send(call, { transport: fetch, signal: controller.signal }));
        while (requests.length === 0) await sleep(5);
        controller.abort(new Error("enough"));
        const aborted = await sending;
        assertError(aborted, esm.OutcomeUnknownError, "unknown");
        assert.match(aborted.message, /enough/);
        const late = await thrownBy(() => client({ endpoint }).send(call, { transport: fetch, timeoutMs: 50 }));
        assertError(late, esm.OutcomeUnknownError, "unknown");
        assert.equal(late.cause.name, "TimeoutError");
        assert.equal(closed.length, 2);
        await Promise.race([Promise.all(closed), sleep(5_000, undefined, { ref: false }).then(() => assert.fail("it is still open"))]);
      }),
  );
});

/** Serves `bytes` and closes the connection. */
async function raw(bytes, work) {
  const server = createServer((socket) => socket.on("error", () => {}).once("data", () => socket.end(bytes)));
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    server.close();
  }
}

for (const [what, bytes] of [
  ["before its answer", ""],
  ["within its headers", "HTTP/1.1 200 OK\r\nconte"],
  ["within its body", 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"code":0'],
]) {
  test(`a connection that is cut ${what} leaves the outcome unknown`, () =>
    raw(bytes, (endpoint) =>
      using(new Agent(), async (agent) => {
        const error = await thrownBy(() => client({ endpoint }).send(call, { transport: overUndici(agent) }));
        assertError(error, esm.OutcomeUnknownError, "unknown");
        assert.match(error.cause.code, /^UND_ERR_(SOCKET|ABORTED)$/);
      }),
    ));
}

test("a refused connection, an unknown name and TLS were not sent", () =>
  using(new Agent(), async (agent) => {
    const closed = await serving(answering(200, success), (endpoint) => endpoint);
    const send = (endpoint) => thrownBy(() => client({ endpoint }).send(call, { transport: overUndici(agent) }));
    assertError(await send(closed), esm.NotSentError, "not_sent");
    assertError(await send("https://koodrive.invalid"), esm.NotSentError, "not_sent");
    await raw("HTTP/1.1 400 Bad Request\r\n\r\n", async (endpoint) => {
      assertError(await send(endpoint.replace("http:", "https:")), esm.NotSentError, "not_sent");
    });
    await serving(
      answering(200, success),
      async (endpoint, requests) => {
        assertError(await send(endpoint), esm.NotSentError, "not_sent");
        assert.equal(requests.length, 0);
      },
      TLS,
    );
  }));

test("a call over the connect time-out was not sent", async () => {
  // The program listens, accepts no connection, and fills its queue. Then the kernel stops
  // answering.
  const program = `
    const server = require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => {
      require("node:fs").writeSync(1, String(server.address().port));
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  const [port] = await once(child.stdout, "data");
  const waiting = Array.from({ length: 8 }, () => connect(Number(port), "127.0.0.1").on("error", () => {}));
  try {
    await sleep(50);
    await using(new Agent({ connect: { timeout: 100 } }), async (agent) => {
      const error = await thrownBy(() => client({ endpoint: `http://127.0.0.1:${port}` }).send(call, { transport: overUndici(agent) }));
      assertError(error, esm.NotSentError, "not_sent");
      assert.equal(error.cause.code, "UND_ERR_CONNECT_TIMEOUT");
    });
  } finally {
    for (const socket of waiting) socket.destroy();
    child.kill();
  }
});

test("a thousand calls at once over one client and one pool", () =>
  serving(
    (_, response, number) => answering(200, { code: 0, msg: `${number}` })(null, response),
    (endpoint, requests) =>
      using(new Pool(endpoint, { connections: 64 }), async (pool) => {
        const one = client({ endpoint, token: undefined, ...APP });
        const fetch = overUndici(pool);
        const replies = await Promise.all(Array.from({ length: 1000 }, () => one.send(call, { transport: fetch })));
        assert.equal(new Set(replies.map(({ msg }) => msg)).size, 1000);
        assert.equal(new Set(requests.map(({ headers }) => headers["x-traceid"])).size, 1000);
      }),
  ));

test("recipe: an own certificate authority", () =>
  serving(
    answering(200, success),
    (endpoint) =>
      using(new Agent({ connect: { ca } }), async (agent) => {
        assert.equal((await client({ endpoint }).send(call, { transport: overUndici(agent) })).code, "0");
        // The certificate is of the same authority, for another name.
        const other = endpoint.replace("localhost", "127.0.0.1");
        assertError(
          await thrownBy(() => client({ endpoint: other }).send(call, { transport: overUndici(agent) })),
          esm.NotSentError,
          "not_sent",
        );
      }),
    TLS,
  ));

/** Runs a proxy that opens a tunnel for the credentials `Basic pass`. */
async function proxying(work) {
  const seen = [];
  const proxy = createHttpServer((_, response) => response.writeHead(405).end());
  proxy.on("connect", ({ url, headers }, socket) => {
    seen.push({ url, headers });
    if (headers["proxy-authorization"] !== "Basic pass") return socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    const { hostname, port } = new URL(`http://${url}`);
    const server = connect(Number(port), hostname === "localhost" ? "127.0.0.1" : hostname, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      server.pipe(socket).pipe(server);
    });
    for (const end of [server, socket]) end.on("error", () => {});
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  try {
    return await work(`http://127.0.0.1:${proxy.address().port}`, seen);
  } finally {
    proxy.closeAllConnections();
    proxy.close();
  }
}

test("recipe: a proxy and an own certificate authority", () =>
  serving(
    answering(200, success),
    (endpoint, requests) =>
      proxying((uri, seen) =>
        using(new ProxyAgent({ uri, token: "Basic pass", requestTls: { ca } }), async (agent) => {
          assert.equal((await client({ endpoint }).send(call, { transport: overUndici(agent) })).code, "0");
          assert.equal(requests[0].headers.authorization, `Bearer ${TOKEN}`);
          assert.equal(seen[0].url, new URL(endpoint).host);
          assert.ok(!JSON.stringify(seen).includes(TOKEN), "the proxy sees a tunnel and nothing in it");
          assert.equal(requests[0].headers["proxy-authorization"], undefined);
        }),
      ),
    TLS,
  ));

test("after a missing proxy or a refused tunnel the call was not sent", () =>
  serving(
    answering(200, success),
    (endpoint, requests) =>
      proxying(async (uri) => {
        const send = (agent) => thrownBy(() => client({ endpoint }).send(call, { transport: overUndici(agent) }));
        const refused = await using(new ProxyAgent({ uri, token: "Basic other", requestTls: { ca } }), send);
        assertError(refused, esm.NotSentError, "not_sent");
        assert.match(refused.message, /407/);
        const closed = await serving(answering(200, success), (endpoint) => endpoint);
        assertError(await using(new ProxyAgent({ uri: closed, requestTls: { ca } }), send), esm.NotSentError, "not_sent");
        assert.equal(requests.length, 0);
      }),
    TLS,
  ));
