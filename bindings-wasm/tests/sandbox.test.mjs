// Tests the sandbox as a transport: its judgement of requests, and answers that look like a real
// fetch's.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { test } from "node:test";
import { inspect } from "node:util";
import {
  APP,
  INTERNATIONAL,
  Sandbox,
  TOKEN,
  call,
  client,
  esm,
  getCurrentRetentionPolicy,
  getSpaceUsageByOverview,
  installed,
  notifyPackageExpire,
  rawCall,
  require,
  thrownBy,
} from "./koodrive.mjs";

const now = () => Date.parse("2025-11-03T07:01:45Z");
const signing = client({ token: undefined, ...APP });
const NOTIFY = `${INTERNATIONAL}/koodrive/ose/v1/carrier/users/notifyPackageExpire`;

// Any use of the network fails.
globalThis.fetch = () => assert.fail("the network was used");

const send = (sandbox, options, one = signing) => one.send(call, { transport: sandbox.fetch, now, ...options });
const assertError = (error, type, outcome) => {
  assert.ok(error instanceof type, error.stack);
  assert.equal(error.outcome, outcome);
};

test("a signed call and a call with a token are accepted and listed", async () => {
  const sandbox = new Sandbox({ now });
  const traceId = "t".repeat(58);
  const { code, msg } = await send(sandbox, { traceId });
  assert.deepEqual([code, msg], ["0", "Success."]);
  await send(sandbox, {}, client({ endpoint: "https://gateway.example:8443" }));
  const { policyList } = await client().send(getCurrentRetentionPolicy(), { transport: sandbox.fetch, now });
  assert.equal(policyList[0].policyId, "300000000000000000");
  const usage = await signing.send(getSpaceUsageByOverview(), { transport: sandbox.fetch, now });
  assert.equal(usage.code, "0");
  const accepted = sandbox.accepted();
  assert.deepEqual(accepted[0], {
    operation: "notifyPackageExpire",
    carrierUserId: "189642158555241211",
    packageId: "14",
    type: 2,
    xDate: "20251103T070140Z",
    traceId,
  });
  assert.equal(accepted.length, 2, "reading the policies changes nothing");
});

test("only paths below the prefix of the endpoint are answered", async () => {
  const at = (prefix) => client({ endpoint: `https://gateway.example${prefix}` });
  const sandbox = new Sandbox({ prefix: "/gateway/v2", now });
  assert.equal((await send(sandbox, {}, at("/gateway/v2"))).code, "0");
  for (const prefix of ["", "/gateway", "/x/gateway/v2"]) {
    assert.equal((await thrownBy(() => send(sandbox, {}, at(prefix)))).code, "SANDBOX.UNKNOWN_PATH");
  }
});

test("every call that changes state is listed with its members, and the settings apply to reverseOrder", async () => {
  const path = "/koodrive/ose/v1/users/1";
  const answers = [
    { method: "GET", path },
    { method: "PUT", path },
  ];
  const sandbox = new Sandbox({ answers, acceptedChangeTypes: [1, 3], carrierUserIds: ["7"], refuseRepeats: true, now });
  const sent = (method, path, json) =>
    signing.send(rawCall(json ? { method, path, json } : { method, path }), { transport: sandbox.fetch, now, traceId: "t".repeat(58) });
  await sent("GET", path);
  await sent("PUT", path, { status: 7, xDate: "mine" });
  const order = {
    batchSN: "1",
    operationList: [{ operationSN: "1", carrierUserId: "7", packageChangeList: [{ changeType: 3, packageId: "14" }] }],
  };
  const reverse = (order) => sent("POST", "/koodrive/ose/v1/carrier/operation/reverseOrder", order);
  await reverse(order);
  assert.equal((await thrownBy(() => reverse(order))).code, "SANDBOX.REPEATED_CALL");
  order.operationList[0].carrierUserId = "8";
  assert.equal((await thrownBy(() => reverse(order))).code, "SANDBOX.UNKNOWN_CARRIER_USER_ID");
  order.operationList[0].carrierUserId = "7";
  const own = { xDate: "20251103T070140Z", traceId: "t".repeat(58) };
  assert.deepEqual(sandbox.accepted(), [
    { operation: `PUT ${path}`, status: 7, ...own },
    { operation: "reverseOrder", ...order, ...own },
  ]);
});

test("a client that is freed during a thousand calls finishes them", async () => {
  const sandbox = new Sandbox({ faults: Array.from({ length: 1000 }, (_, at) => (at % 3 ? "pass" : { delay: 0.01 })), now });
  const one = client({ token: async () => TOKEN });
  const calls = Array.from({ length: 1000 }, (_, at) => notifyPackageExpire({ carrierUserId: "1", packageId: `${at}` }));
  const sending = calls.map((call) => one.send(call, { transport: sandbox.fetch, now }));
  one.free();
  const replies = await Promise.all(sending);
  assert.ok(replies.every(({ code }) => code === "0"));
  assert.deepEqual(new Set(sandbox.accepted().map(({ packageId }) => packageId)), new Set(calls.map(({ packageId }) => packageId)));
  assert.equal(new Set(sandbox.accepted().map(({ traceId }) => traceId)).size, 1000);
});

test("the CommonJS entry works, and each entry throws its own client's errors", () => {
  const { Sandbox: Other } = require("koodrive/sandbox");
  assert.deepEqual(new Other().accepted(), []);
  assert.throws(() => new Sandbox({ refusedStatus: 403 }), esm.InvalidInputError);
  assert.throws(() => new Other({ refusedStatus: 403 }), require("koodrive").InvalidInputError);
});

test("the sandbox's clock is its own", async () => {
  const late = new Sandbox({ now: () => new Date(now() + 3_600_000) });
  const seen = [];
  const one = client();
  await one.send(call, { transport: late.fetch, now, onExchange: ({ status }) => void seen.push(status) });
  assert.deepEqual(seen, [401, 200], "refused, learned, signed anew");
  assert.equal(one.clockOffsetMs, 3_600_000);
  const lost = new Sandbox({ now: () => "now" });
  const { cause } = await thrownBy(() => send(lost));
  assert.match(cause.message, /^now: not a valid date/);
});

for (const [fault, type, outcome, acted, check] of [
  [429, esm.ApiError, "refused", 0, ({ status, retryable }) => assert.deepEqual([status, retryable], [429, true])],
  [{ status: 302 }, esm.ApiError, "refused", 0, ({ status }) => assert.equal(status, 302)],
  [{ status: 503, retryAfter: 3 }, esm.ApiError, "refused", 0, ({ retryAfter }) => assert.equal(retryAfter, 3)],
  [{ status: 502, body: "<html>", contentType: "text/html" }, esm.ApiError, "unknown", 0, ({ body }) => assert.equal(body, "<html>")],
  [{ status: 200, body: "" }, esm.UnreadableReplyError, "unknown", 0, ({ status }) => assert.equal(status, 200)],
  ["cut", esm.OutcomeUnknownError, "unknown", 1, ({ cause }) => assert.equal(cause.message, "fetch failed")],
  ["cut-in-headers", esm.OutcomeUnknownError, "unknown", 1, ({ cause }) => assert.equal(cause.message, "fetch failed")],
  ["cut-after-headers", esm.OutcomeUnknownError, "unknown", 1, ({ cause }) => assert.equal(cause.message, "terminated")],
  [{ delay: 30 }, esm.OutcomeUnknownError, "unknown", 1, ({ cause }) => assert.equal(cause.name, "TimeoutError")],
  [{ drip: 1 }, esm.OutcomeUnknownError, "unknown", 1, ({ cause }) => assert.equal(cause.name, "TimeoutError")],
]) {
  test(`the fault ${JSON.stringify(fault)} gives send's error, and the next request passes`, async () => {
    const sandbox = new Sandbox({ faults: [fault], now });
    const error = await thrownBy(() => send(sandbox, { timeoutMs: 50 }));
    assertError(error, type, outcome);
    check(error);
    if (String(fault).startsWith("cut")) {
      assert.ok(error.cause instanceof TypeError);
      assert.equal(error.cause.cause.code, "UND_ERR_SOCKET");
    }
    assert.equal(sandbox.accepted().length, acted);
    await send(sandbox);
    assert.equal(sandbox.accepted().length, acted + 1);
  });
}

test("a short delay and a short drip still deliver the answer", async () => {
  const sandbox = new Sandbox({ faults: ["pass", { delay: 0.05 }, { drip: 0.0005 }], now });
  const took = [];
  for (let count = 0; count < 3; count++) {
    const start = performance.now();
    assert.equal((await send(sandbox)).code, "0");
    took.push(performance.now() - start);
  }
  assert.ok(took[1] >= 49, `${took}`);
  // The body has 27 bytes, each after the shortest timer, and the head takes longer.
  assert.ok(took[2] >= 27 + 50, `${took}`);
});

test("a drip arrives byte by byte", async () => {
  const sandbox = new Sandbox({ faults: [{ drip: 0.0005 }], now });
  const { url, ...init } = signing.request(call, { now: now() });
  const response = await sandbox.fetch(url, init);
  assert.equal(response.headers.get("content-length"), "27");
  const chunks = [];
  for await (const chunk of response.body) chunks.push(chunk);
  assert.deepEqual([chunks.length, chunks[0].length], [27, 1]);
  assert.equal(Buffer.concat(chunks).toString(), '{"code":0,"msg":"Success."}');
});

test("an abandoned drip does not keep the process alive", () => {
  const program = `
    const { Sandbox } = require("koodrive/sandbox");
    const { Client, INTERNATIONAL, notifyPackageExpire } = require("koodrive");
    const client = new Client({ endpoint: INTERNATIONAL, userId: "1", token: "example-token-not-real" });
    const { url, ...init } = client.request(notifyPackageExpire({ carrierUserId: "1", packageId: "14" }));
    const { setTimeout: timer } = globalThis;
    // This skips the drip of the head.
    globalThis.setTimeout = (work, ms) => timer(work, ms > 1e6 ? 0 : ms);
    new Sandbox({ faults: [{ drip: 600 }] }).fetch(url, init).then(({ body }) => body.cancel());`;
  execFileSync(process.execPath, ["-e", program], { cwd: installed, timeout: 20_000 });
});

test("the signal ends a request before it, during a delay, and during a drip", { timeout: 20_000 }, async () => {
  const sandbox = new Sandbox({ faults: [{ delay: 60 }, { drip: 0.004 }], now });
  const { url, ...init } = signing.request(call, { now: now() });
  const why = new Error("enough");
  assert.equal(await thrownBy(() => sandbox.fetch(url, { ...init, signal: AbortSignal.abort(why) })), why);
  assert.equal(sandbox.accepted().length, 0, "it never left");

  const controller = new AbortController();
  const waiting = thrownBy(() => sandbox.fetch(url, { ...init, signal: controller.signal }));
  setTimeout(() => controller.abort(why), 10);
  assert.equal(await waiting, why);
  assert.equal(sandbox.accepted().length, 1);

  const other = new AbortController();
  const response = await sandbox.fetch(new Request(url, { ...init, signal: other.signal }));
  const reading = thrownBy(() => response.text());
  other.abort(why);
  assert.equal(await reading, why);
});

/** Returns a request of the client's with one change. */
const changed = (change, one = signing, of = call) => {
  const request = one.request(of, { now: now() });
  change(request);
  return request;
};
const header = (name, value) => changed(({ headers }) => (headers[name] = value));
const body = (text) => changed((request) => (request.body = text), client());
const without = (name) => changed(({ headers }) => delete headers[name]);
const authorization = (change) => changed(({ headers }) => (headers.authorization = change(headers.authorization)));
const ids = '"carrierUserId":"1","packageId":"2"';
for (const [reason, status, code, request, config] of [
  ["UNKNOWN_PATH", 404, "own", changed((request) => (request.url += "/more"))],
  ["WRONG_METHOD", 405, "own", changed((request) => (request.method = "PUT"))],
  ["UNEXPECTED_AUTHORITY", 400, "own", changed(() => {}), { authority: "gateway.example" }],
  ["MISSING_AUTHORIZATION", 401, "own", without("authorization")],
  ["MISSING_X_DATE", 401, "own", without("x-date")],
  ["MISSING_X_USER_ID", 401, "own", without("x-user-id")],
  ["MALFORMED_TRACE_ID", 400, "own", header("x-traceid", "short")],
  ["MALFORMED_X_DATE", 401, "own", header("x-date", "today")],
  ["STALE_X_DATE", 401, "own", header("x-date", "20251103T064644Z")],
  ["FUTURE_X_DATE", 401, "own", header("x-date", "20251103T070146Z")],
  ["MALFORMED_AUTHORIZATION", 401, "own", header("authorization", "Basic x")],
  ["UNKNOWN_TOKEN", 401, "own", header("authorization", "Bearer x")],
  ["UNKNOWN_APP_ID", 400, "own", changed(() => {}), { apps: [{ ...APP, appId: "other" }], refusedStatus: 400 }],
  ["SIGNED_HEADERS_NOT_LOWER_CASE", 401, "own", authorization((value) => value.replace("host;", "Host;"))],
  ["SIGNED_HEADERS_NOT_SORTED", 401, "own", authorization((value) => value.replace("host;x-date", "x-date;host"))],
  ["X_DATE_NOT_SIGNED", 401, "own", authorization((value) => value.replace("x-date;", ""))],
  ["X_USER_ID_NOT_SIGNED", 401, "own", authorization((value) => value.replace(";x-user-id", ""))],
  ["SIGNED_HEADER_MISSING", 401, "own", authorization((value) => value.replace("x-user-id", "x-user-id;x-zone"))],
  ["SIGNATURE_MISMATCH", 401, "own", changed(() => {}), { apps: [{ ...APP, appSecret: "other-secret-not-real" }] }],
  ["UNKNOWN_USER_ID", 401, "own", changed(() => {}), { userIds: ["1"] }],
  ["NOT_WHITELISTED", 403, "own", changed(() => {}), { whitelist: [] }],
  ["UNEXPECTED_QUERY", 400, "own", changed((request) => (request.url += "?a=b"), client())],
  ["WRONG_CONTENT_TYPE", 415, "own", header("content-type", "text/plain")],
  ["MALFORMED_JSON", 400, 13000101, body("{")],
  ["NOT_AN_OBJECT", 400, 13000101, body("[]")],
  ["DUPLICATE_MEMBER", 400, 13000101, body(`{${ids},"packageId":"2"}`)],
  ["MISSING_CARRIER_USER_ID", 400, 13000102, body('{"type":2,"packageId":"2"}')],
  ["CARRIER_USER_ID_NOT_TEXT", 400, 13000102, body('{"carrierUserId":1,"type":2,"packageId":"2"}')],
  ["EMPTY_CARRIER_USER_ID", 400, 13000102, body('{"carrierUserId":"","type":2,"packageId":"2"}')],
  ["MISSING_TYPE", 400, 13000102, body(`{${ids}}`)],
  ["TYPE_NOT_INTEGER", 400, 13000102, body(`{${ids},"type":"2"}`)],
  ["UNDOCUMENTED_TYPE", 400, "13000102", body(`{${ids},"type":1}`), { codeAsText: true }],
  ["MISSING_PACKAGE_ID", 400, 13000102, body('{"carrierUserId":"1","type":2}')],
  ["PACKAGE_ID_NOT_TEXT", 400, 13000102, body('{"carrierUserId":"1","type":2,"packageId":null}')],
  ["EMPTY_PACKAGE_ID", 400, 13000102, body('{"carrierUserId":"1","type":2,"packageId":""}')],
  ["UNKNOWN_CARRIER_USER_ID", 400, "own", changed(() => {}), { carrierUserIds: ["1"] }],
  ["UNKNOWN_PACKAGE_ID", 400, "own", changed(() => {}), { packageIds: ["1"] }],
]) {
  test(`${reason} is answered with ${status}`, async () => {
    const { url, ...init } = request;
    const response = await new Sandbox({ now, ...config }).fetch(url, init);
    assert.equal(response.headers.get("x-sandbox-reason"), reason);
    assert.equal(response.status, status);
    assert.equal(response.headers.get("date"), "Mon, 03 Nov 2025 07:01:45 GMT");
    const reply = await response.json();
    assert.equal(reply.code ?? reply.error_code, code === "own" ? `SANDBOX.${reason}` : code);
  });
}

test("refuseRepeats refuses a repeated call, and echoTraceId echoes the trace id", async () => {
  const sandbox = new Sandbox({ refuseRepeats: true, echoTraceId: true, now });
  const traceId = "e".repeat(58);
  const { url, ...init } = signing.request(call, { now: now(), traceId });
  assert.equal((await sandbox.fetch(new URL(url), init)).headers.get("x-traceid"), traceId);
  const error = await thrownBy(() => send(sandbox));
  assert.deepEqual([error.status, error.code], [409, "SANDBOX.REPEATED_CALL"]);
});

test("a refused signature can be explained", async () => {
  const sandbox = new Sandbox({ apps: [{ ...APP, appSecret: "other-secret-not-real" }], now });
  const error = await thrownBy(() => send(sandbox));
  assert.match(signing.explain(call, { now: now(), message: error.msg }).finding, /secret/);
});

test("the publisher's own example is accepted if acceptedTypes has 1", async () => {
  const published = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14", undocumentedType: 1 });
  assert.equal((await thrownBy(() => signing.send(published, { transport: new Sandbox({ now }).fetch, now }))).code, "13000102");
  const sandbox = new Sandbox({ acceptedTypes: [1, 2], now });
  await signing.send(published, { transport: sandbox.fetch, now });
  assert.equal(sandbox.accepted()[0].type, 1);
});

test("policies are sent unchanged, with all digits of a bigint", async () => {
  const sandbox = new Sandbox({ policies: [{ policyId: 300000000000000001n }, { policyId: "2", priority: 7 }], now });
  const { url, ...init } = client().request(getCurrentRetentionPolicy(), { now: now() });
  const reply = await (await sandbox.fetch(url, init)).text();
  assert.ok(reply.includes('"policyList":[{"policyId":300000000000000001},{"policyId":"2","priority":7}]'), reply);
});

for (const [what, config, field, message] of [
  ["an unknown member", { tokenz: [] }, null, /^sandbox config cannot be read: unknown field `tokenz`/],
  ["a token in the wrong place", { tokens: "hush" }, null, /^sandbox config cannot be read: invalid type, expected a sequence/],
  ["a fault that is none", { faults: ["cut-somewhere"] }, null, /^sandbox config cannot be read/],
  ["a status without a body", { faults: [204] }, null, /status is 204; it must lie in 200 to 599/],
  ["a refused status of its own", { refusedStatus: 403 }, "refusedStatus", /^refusedStatus: 403 is not published; pass 400 or 401$/],
  ["no type at all", { acceptedTypes: [] }, "acceptedTypes", /^acceptedTypes: empty, so that no call could be accepted/],
  ["no change type at all", { acceptedChangeTypes: [] }, "acceptedChangeTypes", /^acceptedChangeTypes: empty/],
  ["an answer with an unknown method", { answers: [{ method: "get", path: "/a" }] }, "answers", /^answers: entry 1: unknown method `get`/],
  [
    "an answer with a path that is not encoded",
    { answers: [{ method: "GET", path: "/a b" }] },
    "answers",
    /^answers: entry 1: path: .* pass \/a%20b$/,
  ],
  ["an app that is given twice", { apps: [APP, APP] }, "apps", /^apps: the app id example-app-id stands twice/],
  ["a number that has lost digits", { policies: [{ policyId: 2 ** 53 }] }, "policyId", /^policyId: a number above 2\^53 where text is due/],
  ["a lone surrogate", { msg: "\ud800" }, null, /^sandbox config cannot be read/],
  ["a clock that is none", { now: 5 }, "now", /^now: not a function/],
  ["a text", "{}", null, /^sandbox config cannot be read/],
  ["null", null, null, /^sandbox config cannot be read/],
]) {
  test(`${what} is refused`, () => {
    assert.throws(
      () => new Sandbox(config),
      (error) => {
        assert.ok(error instanceof esm.InvalidInputError, error.stack);
        assert.deepEqual([error.kind, error.outcome, error.retryable], ["invalid_input", "not_sent", false]);
        assert.equal(error.field, field);
        assert.match(error.message, message);
        assert.ok(!error.message.includes("hush"));
        return true;
      },
    );
  });
}

test("a request that HTTP cannot carry is refused as by fetch", async () => {
  const sandbox = new Sandbox();
  assert.equal((await thrownBy(() => sandbox.fetch("/relative"))).name, "TypeError");
  assert.equal((await thrownBy(() => sandbox.fetch(NOTIFY, { body: "{}" }))).name, "TypeError");
});

test("a sandbox shows no secret and can be freed", async () => {
  const sandbox = new Sandbox({ apps: [APP], tokens: [TOKEN] });
  const shown = inspect(sandbox, { showHidden: true, depth: 9 }) + JSON.stringify(sandbox);
  for (const secret of [APP.appSecret, TOKEN]) assert.ok(!shown.includes(secret), shown);
  sandbox.free();
  sandbox.free();
  assert.throws(() => sandbox.accepted(), { name: "InvalidInputError", message: /freed/ });
  assert.match((await thrownBy(() => sandbox.fetch(NOTIFY))).message, /freed/);
  if (Symbol.dispose) {
    const other = new Sandbox();
    other[Symbol.dispose]();
    assert.throws(() => other.accepted(), { message: /freed/ });
  }
});
