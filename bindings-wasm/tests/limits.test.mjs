// Tests the limits of docs/limits.md at each bound and one beyond it, and dripping replies, over
// each default transport.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";
import { Agent } from "undici";
import { answering, call, client, esm, notifyPackageExpire, overUndici, rawCall, serving, thrownBy } from "./koodrive.mjs";

const MIB = 2 ** 20;
const limit = { timeout: 60_000 };

const TRANSPORTS = {
  fetch: (work) => work(undefined),
  undici: async (work) => {
    const agent = new Agent();
    try {
      return await work(overUndici(agent));
    } finally {
      await agent.destroy();
    }
  },
};

test("an id may have any length", limit, () => {
  const one = client();
  for (const [character, bytes] of [
    ["u", 1],
    ["é", 2],
    ["😀", 4],
  ]) {
    const long = `${character.repeat(MIB / bytes)}1`;
    const { body } = one.request(notifyPackageExpire({ carrierUserId: long, packageId: long }));
    assert.equal(body, `{"carrierUserId":"${long}","type":2,"packageId":"${long}"}`);
  }
});

/** Returns a reply of `bytes` bytes. */
const padded = (bytes) => `{"code":0,"pad":"${"x".repeat(bytes - 19)}"}`;

/** Serves `bytes`. `after` then uses the socket until the client is gone. */
async function raw(bytes, after, work) {
  const sockets = new Set();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket
      .on("error", () => {})
      .once("data", () => {
        socket.write(bytes);
        after(socket);
      });
  });
  await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
  try {
    return await work(`http://127.0.0.1:${server.address().port}`);
  } finally {
    for (const socket of sockets) socket.destroy();
    await new Promise((closed) => server.close(closed));
  }
}

/** Sends a byte every few milliseconds without end. */
const dripping = (socket) => {
  const timer = setInterval(() => socket.write("x"), 10);
  socket.on("close", () => clearInterval(timer));
};

const DRIPS = {
  "the status line": "HTTP/1.1 200 ",
  "a header": "HTTP/1.1 200 OK\r\nx-drip: ",
  "the body": "HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n",
  "a body without length": "HTTP/1.1 200 OK\r\n\r\n",
  "a chunk": "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nfffff\r\n",
  "the body of a refusal": "HTTP/1.1 401 Unauthorized\r\ncontent-length: 1000000\r\n\r\n",
};

for (const [name, over] of Object.entries(TRANSPORTS)) {
  test(`over ${name}, a reply of a mebibyte is read, and one byte more is refused`, limit, () =>
    over((fetch) =>
      serving(
        (request, response, number) => answering(number < 3 ? 200 : 400, padded(MIB + ((number - 1) % 2)))(request, response),
        async (endpoint) => {
          const one = client({ endpoint });
          assert.equal((await one.send(call, { transport: fetch })).code, "0");
          const unreadable = await thrownBy(() => one.send(call, { transport: fetch }));
          assert.ok(unreadable instanceof esm.UnreadableReplyError, unreadable.stack);
          assert.match(unreadable.message, /longer than the limit of 1048576 bytes/);
          assert.equal(unreadable.outcome, "unknown");
          for (const code of ["0", null]) {
            const refused = await thrownBy(() => one.send(call, { transport: fetch }));
            assert.ok(refused instanceof esm.ApiError, refused.stack);
            assert.deepEqual([refused.outcome, refused.code], ["refused", code]);
            assert.equal(refused.body, padded(MIB).slice(0, 16_384));
          }
        },
      ),
    ),
  );

  test(`over ${name}, headers of 15 KiB are read, and more than 16 leave the outcome unknown`, limit, () =>
    over((fetch) =>
      serving(
        (request, response, number) => {
          // A few headers are long, or many are short.
          const size = number % 2 ? 15_000 : 17_000;
          const headers =
            number < 3
              ? { "x-long": "x".repeat(size) }
              : Object.fromEntries(Array.from({ length: size / 16 }, (_, at) => [`x-${at + 1000}`, "0123456789"]));
          answering(200, { code: 0 }, headers)(request, response);
        },
        async (endpoint) => {
          const one = client({ endpoint });
          for (let kind = 0; kind < 2; kind++) {
            assert.equal((await one.send(call, { transport: fetch })).code, "0");
            const error = await thrownBy(() => one.send(call, { transport: fetch }));
            assert.ok(error instanceof esm.OutcomeUnknownError, error.stack);
            assert.equal(error.outcome, "unknown");
          }
        },
      ),
    ),
  );

  for (const [what, bytes] of Object.entries(DRIPS)) {
    test(`over ${name}, ${what} that drips ends at the time-out`, limit, () =>
      over((fetch) =>
        raw(bytes, dripping, async (endpoint) => {
          // The reply drips forever, so the end of the call comes from the time-out.
          const error = await thrownBy(() => client({ endpoint }).send(call, { transport: fetch, timeoutMs: 150 }));
          assert.ok(error instanceof esm.OutcomeUnknownError, error.stack);
          assert.match(error.message, /no complete answer within 150 ms/);
          assert.equal(error.cause.name, "TimeoutError");
        }),
      ),
    );
  }
}

for (const depth of [127, 128, 100_000]) {
  test(`a value ${depth} levels deep in a reply is read or skipped`, () => {
    const one = client();
    const deep = "[".repeat(depth) + "]".repeat(depth);
    for (const member of ["msg", "unknown"]) {
      const reply = one.parse(call, { status: 200, headers: {}, body: `{"code":0,"${member}":${deep}}` });
      assert.deepEqual({ ...reply }, { code: "0", msg: null, traceId: null });
    }
    const unreadable = { name: "UnreadableReplyError", message: /code is neither an integer nor a non-empty string/ };
    assert.throws(() => one.parse(call, { status: 200, headers: {}, body: `{"code":${deep}}` }), unreadable);
    // The body of a raw call is sent and read as text, of any depth.
    const raw = rawCall({ method: "POST", path: "/a", json: deep });
    assert.equal(one.request(raw).body, deep);
    const body = `{"code":0,"data":${deep}}`;
    const reply = one.parse(raw, { status: 200, headers: {}, body });
    assert.deepEqual([reply.code, reply.body], ["0", body]);
    assert.equal(JSON.stringify(reply.json().code), "0");
  });
}

test("the body of a reply may be limited from 1 byte to 1 GiB, and a call's time from 1 ms", async () => {
  const one = client();
  const fetch = async () => new Response('{"code":0}');
  assert.equal((await one.send(call, { transport: fetch, replyLimit: 2 ** 30 })).code, "0");
  assert.equal((await thrownBy(() => one.send(call, { transport: fetch, replyLimit: 1 }))).kind, "unreadable_reply");
  for (const wrong of [{ replyLimit: 0 }, { replyLimit: 2 ** 30 + 1 }, { timeoutMs: 0 }]) {
    assert.equal((await thrownBy(() => one.send(call, { transport: fetch, ...wrong }))).kind, "invalid_input");
  }
});

test("parse reads a body of any length and any number of headers", () => {
  const one = client();
  assert.equal(one.parse(call, { status: 200, headers: {}, body: padded(4 * MIB) }).code, "0");
  const headers = Array.from({ length: 10_000 }, () => ["x-other", "1"]);
  for (const name of ["date", "age", "retry-after"]) headers.push([name, "9".repeat(MIB)]);
  assert.equal(one.parse(call, { status: 200, headers, body: '{"code":0}' }).code, "0");
  assert.throws(
    () => one.parse(call, { status: 429, headers, body: "" }),
    (error) => error.retryAfter === null && error.retryable,
  );
});
