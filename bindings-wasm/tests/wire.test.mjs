// Compares the bytes that arrive at a strict server with the built request, for hostile ids,
// credentials and endpoints. Node's own parser, llhttp in its strict mode, must find one request
// with the built headers and no others.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect, createServer as createListener } from "node:net";
import { test } from "node:test";
import { Agent } from "undici";
import { APP, Client, USER_ID, getCurrentRetentionPolicy, notifyPackageExpire, overUndici, rawCall } from "./koodrive.mjs";

const CONFORMANCE = new URL("../../tests/conformance/", import.meta.url);
/** The conformance vectors that build requests with any path and query. */
const TARGETS = ["raw-path.json", "raw-query.json", "raw-body.json"].flatMap(
  (file) => JSON.parse(readFileSync(new URL(file, CONFORMANCE))).cases,
);

const PATH = "/koodrive/ose/v1/carrier/users/notifyPackageExpire";
/** The headers that fetch and HTTP add. */
const ADDED = ["accept", "accept-encoding", "accept-language", "connection", "content-length", "host", "sec-fetch-mode", "user-agent"];

/** Control characters, which an id cannot hold. */
const CONTROLS = [
  "\r\nx-injected: 1",
  "\nx-injected: 1\n\n",
  "\r\n\r\nGET /admin HTTP/1.1\r\nhost: elsewhere\r\n\r\n",
  "\r\ncontent-length: 0\r\n\r\n",
  "\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
  "\0",
  "\x7f\x80\x85",
];
/** Texts that would be more than a value if one layer failed to escape them. */
const HOSTILE = [
  '","type":1,"x":"',
  '"}{"carrierUserId":"other"}',
  "\\",
  '\\"',
  "../../admin?x=1#y",
  "%0d%0ax-injected:%201",
  "é中😀\u{10fffd}",
  "u".repeat(4096),
];
/** Visible ASCII that a header carries and that a careless parser would split. */
const ODD = [
  "a,b;c=d",
  'quo"ted',
  "%0d%0ax-injected:1",
  "\\r\\nx:1",
  ": x",
  "a: b",
  "x  y",
  "(comment)",
  "<>@[]{}?=/",
  "'",
  "v".repeat(4096),
];
const REFUSED = ["a\r\nx: 1", "a\nx: 1", "a\r", "\0", "a\tb", "é", "中", " a", "a ", "a\x0bb", "a\x85b", "a\ud800"];
const PREFIXES = ["", "/a", "/a.b/~c_d-e", "/...", `/${"p".repeat(1000)}`];
const NO_ENDPOINTS = ["/../x", "/a/./b", "//x", "/a?x=1", "/a#x", "/a b", "/a\r\nx: 1", "/a\\b", "/a%2f..", "/é", ":1@elsewhere.example/"];

/**
 * Runs a strict server behind a port that records the received bytes. `work` gets its URL, the
 * parsed requests, and the bytes.
 */
async function strict(work) {
  const requests = [];
  const server = createServer({ insecureHTTPParser: false, requireHostHeader: true }, async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url, rawHeaders, rawTrailers } = request;
    requests.push({ method, url, rawHeaders, rawTrailers, body: Buffer.concat(chunks) });
    response.end('{"code":0,"policyList":[]}');
  });
  server.on("clientError", (error, socket) => {
    requests.push(error);
    socket.destroy();
  });
  const raw = [];
  const sockets = [];
  const listener = createListener((socket) => {
    const onward = connect(server.address().port, "127.0.0.1");
    sockets.push(socket, onward);
    for (const end of [socket, onward]) end.on("error", () => {});
    socket
      .on("data", (data) => raw.push(data))
      .pipe(onward)
      .pipe(socket);
  });
  for (const one of [server, listener]) await new Promise((listening) => one.listen(0, "127.0.0.1", listening));
  try {
    return await work(`http://127.0.0.1:${listener.address().port}`, { requests, raw });
  } finally {
    for (const socket of sockets) socket.destroy();
    server.closeAllConnections();
    for (const one of [server, listener]) await new Promise((closed) => one.close(closed));
  }
}

/** Returns `fetch` with a record of its request in `built`. */
const remembering = (fetch, built) =>
  Object.assign((url, init) => {
    Object.assign(built, { url, ...init });
    return fetch(url, init);
  }, fetch);

/** The default transports. Each calls `work(fetch)` and closes afterwards. */
const TRANSPORTS = {
  fetch: (work) => work((...given) => globalThis.fetch(...given)),
  undici: async (work) => {
    const agent = new Agent();
    try {
      return await work(overUndici(agent));
    } finally {
      await agent.destroy();
    }
  },
};

/**
 * Sends the call, and compares the arrived request with the built one byte by byte: line, headers,
 * body.
 */
async function assertSent(one, call, options, fetch, { endpoint, requests, raw }, path) {
  const built = {};
  requests.length = raw.length = 0;
  await one.send(call, { ...options, transport: remembering(fetch, built) });
  assert.equal(requests.length, 1);
  const [{ method, url, rawHeaders, rawTrailers, body }] = requests;
  assert.deepEqual([method, url, built.url], [built.method, path, endpoint + path]);
  const found = Array.from({ length: rawHeaders.length / 2 }, (_, at) => [rawHeaders[2 * at].toLowerCase(), rawHeaders[2 * at + 1]]);
  const names = found.map(([name]) => name);
  assert.equal(new Set(names).size, names.length, "a header is there twice");
  assert.deepEqual(Object.fromEntries(found.filter(([name]) => name in built.headers)), built.headers);
  assert.deepEqual(
    names.filter((name) => !(name in built.headers || ADDED.includes(name))),
    [],
  );
  assert.equal(Object.fromEntries(found).host, endpoint.slice("http://".length));
  assert.deepEqual(rawTrailers, []);
  const text = Buffer.concat(raw).toString("latin1");
  const end = text.indexOf("\r\n\r\n");
  // There is one line per header and one before them. The body ends the text.
  assert.equal(text.slice(0, end).split(/[\r\n]+/).length, found.length + 1);
  assert.equal(text.slice(end + 4), Buffer.from(built.body ?? "").toString("latin1"));
  assert.equal(body.toString(), built.body ?? "");
  return built;
}

for (const [name, over] of Object.entries(TRANSPORTS)) {
  /** Runs `work` with a strict server and the transport. */
  const tried = (work) => strict((endpoint, seen) => over((fetch) => work(endpoint, fetch, { endpoint, ...seen })));

  test(`over ${name}, no id adds a header or bytes`, () =>
    tried(async (endpoint, fetch, seen) => {
      const one = new Client({ endpoint, userId: USER_ID, ...APP });
      for (const hostile of HOSTILE) {
        for (const ids of [
          { carrierUserId: hostile, packageId: "14" },
          { carrierUserId: "1", packageId: `x${hostile}` },
        ]) {
          const { body } = await assertSent(one, notifyPackageExpire(ids), {}, fetch, seen, PATH);
          assert.deepEqual(JSON.parse(body), { ...ids, type: 2 });
        }
      }
      for (const control of CONTROLS) {
        assert.throws(() => notifyPackageExpire({ carrierUserId: control, packageId: "14" }), { field: "carrierUserId" });
        assert.throws(() => notifyPackageExpire({ carrierUserId: "1", packageId: `x${control}` }), { field: "packageId" });
      }
    }));

  test(`over ${name}, path, query and body arrive as signed in the conformance vectors`, () =>
    tried(async (endpoint, fetch, seen) => {
      for (const { name, given, expected } of TARGETS) {
        const { endpoint: theirs, ...others } = given.client;
        const { origin } = new URL(theirs);
        const one = new Client({ endpoint: endpoint + theirs.slice(origin.length), ...others });
        const { operation, ...fields } = given.call;
        const target = expected.request.url.slice(origin.length);
        const { headers } = await assertSent(one, rawCall(fields), {}, fetch, seen, target);

        if (expected.canonicalRequest === undefined) continue;
        // The vectors sign for another host and time, so only these two lines differ.
        const canonical = expected.canonicalRequest
          .replace(/^host:.*$/m, `host:${new URL(endpoint).host}`)
          .replace(/^x-date:.*$/m, `x-date:${headers["x-date"]}`);
        const text = `HMAC-SHA256\n${createHash("sha256").update(canonical).digest("hex")}`;
        const signature = createHmac("sha256", others.appSecret).update(text).digest("hex");
        assert.ok(headers.authorization.endsWith(`Signature=${signature}`), name);
      }
    }));

  test(`over ${name}, no text of a raw call adds a header or bytes`, () =>
    tried(async (endpoint, fetch, seen) => {
      const one = new Client({ endpoint, userId: USER_ID, ...APP });
      for (const hostile of [...HOSTILE, ...CONTROLS]) {
        const segment = encodeURIComponent(hostile).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
        const fields = { method: "PUT", path: `/a/${segment}`, query: [["q", hostile]], json: { text: hostile } };
        const { body } = await assertSent(one, rawCall(fields), {}, fetch, seen, `/a/${segment}?q=${segment}`);
        assert.deepEqual(JSON.parse(body), { text: hostile });
      }
    }));

  test(`over ${name}, no header value adds a header or bytes`, () =>
    tried(async (endpoint, fetch, seen) => {
      const call = notifyPackageExpire({ carrierUserId: "1", packageId: "14" });
      for (const odd of ODD) {
        const one = new Client({ endpoint, userId: odd.trim(), token: `t${odd}` });
        const traceId = odd.replaceAll(" ", "_").padEnd(58, "~").slice(0, 58);
        await assertSent(one, call, { traceId }, fetch, seen, PATH);
        const other = one.withCredentials({ authorization: `a${odd}` });
        await assertSent(other, getCurrentRetentionPolicy(), {}, fetch, seen, "/koodrive/ose/v1/carrier/retention/policy/getList");
      }
    }));

  test(`over ${name}, no endpoint adds a header or bytes`, () =>
    tried(async (endpoint, fetch, seen) => {
      const call = notifyPackageExpire({ carrierUserId: "1", packageId: "14" });
      for (const prefix of PREFIXES) {
        const one = new Client({ endpoint: endpoint + prefix, userId: "1", token: "t" });
        await assertSent(one, call, {}, fetch, seen, prefix + PATH);
      }
    }));

  test(`over ${name}, a value that a header cannot carry is not sent`, () =>
    tried(async (endpoint, fetch, { requests, raw }) => {
      const call = notifyPackageExpire({ carrierUserId: "1", packageId: "14" });
      const refused = { name: "InvalidInputError" };
      const one = new Client({ endpoint, userId: "1", token: "t" });
      for (const value of REFUSED) {
        assert.throws(() => new Client({ endpoint, userId: value, token: "t" }), refused);
        assert.throws(() => one.withCredentials({ token: value }), refused);
        assert.throws(() => one.withCredentials({ authorization: value }), refused);
        assert.throws(() => one.withCredentials({ appId: value, appSecret: "s" }), refused);
        const traceId = value.padEnd(58, "~").slice(0, 57) + value.at(-1);
        await assert.rejects(one.send(call, { transport: fetch, traceId }), refused);
        await assert.rejects(new Client({ endpoint, userId: "1", token: () => value }).send(call, { transport: fetch }), refused);
      }
      for (const path of NO_ENDPOINTS) assert.throws(() => new Client({ endpoint: endpoint + path, userId: "1", token: "t" }), refused);
      assert.deepEqual([requests, raw], [[], []]);
    }));
}
