// Tests the two published signatures, and the input that is refused before anything is sent.
import assert from "node:assert/strict";
import { test } from "node:test";
import { APP, INTERNATIONAL, TOKEN, USER_ID, Client, call, client, getCurrentRetentionPolicy, notifyPackageExpire } from "./koodrive.mjs";

const now = Date.parse("2025-11-03T07:01:45.999Z");
const signing = () => client({ token: undefined, ...APP });
const signatureOf = ({ headers }) => headers.authorization.split("Signature=")[1];

test("a notification is signed as published", () => {
  const request = signing().request(call, { now });
  assert.equal(signatureOf(request), "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac");
  assert.equal(request.body, '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}');
  assert.deepEqual(Object.keys(request.headers).sort(), ["authorization", "content-type", "x-date", "x-user-id"]);
  assert.equal(request.redirect, "manual");
  new Request(request.url, request);
});

test("the safe first call is signed as published, and has no body", () => {
  const request = signing().request(getCurrentRetentionPolicy(), { now });
  assert.equal(signatureOf(request), "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837");
  assert.ok(!("body" in request));
  assert.equal(request.headers["content-type"], undefined);
  new Request(request.url, request);
});

test("a token, a trace id and a date are sent as given", () => {
  const traceId = "t".repeat(58);
  const request = client().request(call, { now: new Date(now), date: new Date(now - 60_000), traceId });
  assert.equal(request.headers.authorization, `Bearer ${TOKEN}`);
  assert.equal(request.headers["x-traceid"], traceId);
  assert.equal(request.headers["x-date"], "20251103T070045Z");
});

test("an undocumentedType is sent", () => {
  const fields = { carrierUserId: "1", packageId: "2", undocumentedType: 1 };
  assert.equal(client().request(notifyPackageExpire(fields), { now }).body, '{"carrierUserId":"1","type":1,"packageId":"2"}');
});

test("ids go through unchanged", () => {
  const id = '"\\ 😀中\u2028\u200d!';
  assert.equal(
    client().request(notifyPackageExpire({ carrierUserId: id, packageId: id }), { now }).body,
    `{"carrierUserId":${JSON.stringify(id)},"type":2,"packageId":${JSON.stringify(id)}}`,
  );
});

test("each request keeps its own headers", () => {
  const one = client();
  one.request(call, { now }).headers["x-user-id"] = "changed";
  assert.equal(one.request(call, { now }).headers["x-user-id"], USER_ID);
});

test("fresh credentials keep the learned clock", () => {
  const one = client();
  one.observeClock({ Date: "Mon, 03 Nov 2025 08:01:45 GMT" }, now - 100, now);
  const other = one.withCredentials({ token: "fresh-token" });
  assert.equal(other.clockOffsetMs, 3_599_001);
  other.observeClock(new Headers({ date: "Mon, 03 Nov 2025 07:01:45 GMT" }), now - 100, now);
  assert.equal(one.clockOffsetMs, -999);
  assert.equal(other.request(call, { now }).headers.authorization, "Bearer fresh-token");
});

test("a signature is explained", () => {
  const { canonicalRequest, signature, difference, finding } = signing().explain(call, { now });
  assert.match(canonicalRequest, /^POST\n/);
  assert.equal(signature, "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac");
  assert.deepEqual([difference, finding], [null, null]);
  const message = `verify signature fail, canonicalRequest:${canonicalRequest.replaceAll("\n", "|").replace("POST", "GET")}`;
  const explained = signing().explain(call, { now, message });
  assert.deepEqual(explained.difference, { part: "METHOD", line: 1, ours: "POST", theirs: "GET" });
  assert.match(explained.finding, /METHOD/);
  assert.throws(() => client().explain(call), { name: "InvalidInputError", message: /appId/ });
});

const ids = { carrierUserId: "1", packageId: "2" };
const options = { endpoint: INTERNATIONAL, userId: USER_ID, token: TOKEN };
for (const [what, work, message] of [
  [
    "an id that is a number",
    () => notifyPackageExpire({ ...ids, carrierUserId: 189642158555241211 }),
    /carrierUserId: a number where text is due/,
  ],
  ["an id that is a bigint", () => notifyPackageExpire({ ...ids, packageId: 14n }), /packageId: a bigint/],
  ["an id that is missing", () => notifyPackageExpire({ packageId: "14" }), /carrierUserId: undefined/],
  ["an id that is null", () => notifyPackageExpire({ ...ids, packageId: null }), /packageId: null/],
  ["an empty id", () => notifyPackageExpire({ ...ids, packageId: "" }), /packageId: empty/],
  ["a lone surrogate", () => notifyPackageExpire({ ...ids, carrierUserId: "a\ud800" }), /carrierUserId: contains a lone surrogate/],
  ["type 2 as undocumented", () => notifyPackageExpire({ ...ids, undocumentedType: 2 }), /type: 2 is the documented value/],
  ["a type that is no integer", () => notifyPackageExpire({ ...ids, undocumentedType: 1.5 }), /^type: not an integer/],
  ["a type that is text", () => notifyPackageExpire({ ...ids, undocumentedType: "1" }), /^type: not an integer/],
  ["no fields", () => notifyPackageExpire(), /not an object/],
  ["a call that somebody changed", () => client().request({ ...call, packageId: 14 }), /packageId: a number/],
  [
    "a call of an unknown operation",
    () => client().request({ operation: "getUser" }),
    /unknown operation getUser; expected one of: notifyPackageExpire/,
  ],
  ["no call", () => client().request(), /unknown call; create it/],
  ["now that is no instant", () => client().request(call, { now: NaN }), /now: not a valid date/],
  ["an invalid date", () => client().request(call, { now, date: new Date(NaN) }), /date: not a valid date/],
  ["a date that is text", () => client().request(call, { now, date: "20251103T070140Z" }), /date: not a valid date/],
  ["a date in the future", () => client().request(call, { now, date: now + 5000 }), /is later than the service's clock/],
  ["a date beyond the window", () => client().request(call, { now, date: now - 901_000 }), /more than 15 minutes older/],
  ["a trace id of another length", () => client().request(call, { now, traceId: "short" }), /traceId: 5 characters long/],
  ["a trace id that is a number", () => client().request(call, { now, traceId: 5 }), /traceId: a number/],
  ["a misspelt option of request", () => client().request(call, { trace_id: "x" }), /unknown option trace_id/],
  ["no options of a client", () => new Client(), /not an object/],
  ["an unknown option of a client", () => new Client({ ...options, appKey: "x" }), /unknown option appKey/],
  ["an endpoint that is no URL", () => new Client({ ...options, endpoint: "intl" }), /endpoint: no scheme/],
  ["plain http", () => new Client({ ...options, endpoint: "http://gateway.example" }), /plain http/],
  ["allowPlainHttp that is text", () => new Client({ ...options, allowPlainHttp: "false" }), /allowPlainHttp/],
  ["a user id that is a number", () => new Client({ ...options, userId: 1505084218764547200 }), /userId: a number/],
  ["two kinds of credentials", () => new Client({ ...options, ...APP }), /one kind of credentials/],
  ["no credentials", () => new Client({ ...options, token: undefined }), /one kind of credentials/],
  ["an app id without its secret", () => new Client({ ...options, token: undefined, appId: "x" }), /appSecret is missing/],
  [
    "a secret with a lone surrogate",
    () => client({ token: undefined, appId: "x", appSecret: "\udc00" }),
    /appSecret: contains a lone surrogate/,
  ],
  ["a margin that is no whole number", () => new Client({ ...options, clockMarginMs: 500 }), /clockMarginMs: out of range/],
  ["a margin that is text", () => new Client({ ...options, clockMarginMs: "5000" }), /clockMarginMs: out of range/],
  ["a margin that is too large", () => new Client({ ...options, clockMarginMs: 601_000 }), /clockMarginMs: out of range/],
  ["a request with a token that is a function", () => client({ token: () => TOKEN }).request(call), /token: a function/],
  ["new credentials without any", () => client().withCredentials({}), /one kind of credentials/],
  ["type 1", () => notifyPackageExpire({ carrierUserId: "1", packageId: "2", type: 1 }), /^type: 1 is not documented/],
  ["a type that is text", () => notifyPackageExpire({ carrierUserId: "1", packageId: "2", type: "2" }), /^type: not an integer/],
  ["a reply without a status", () => client().parse(call, { headers: {}, body: "" }), /status: not an HTTP status/],
  ["a reply without headers", () => client().parse(call, { status: 200, body: "" }), /headers: missing/],
  ["a reply without a body", () => client().parse(call, { status: 200, headers: {} }), /body: neither/],
]) {
  test(`${what} is refused`, () => {
    assert.throws(work, (error) => {
      assert.equal(error.name, "InvalidInputError");
      assert.deepEqual([error.kind, error.outcome, error.retryable], ["invalid_input", "not_sent", false]);
      assert.match(error.message, message);
      return true;
    });
  });
}

test("allowPlainHttp allows plain http", () => {
  const { url } = client({ endpoint: "http://gateway.example", allowPlainHttp: true }).request(call);
  assert.equal(url, "http://gateway.example/koodrive/ose/v1/carrier/users/notifyPackageExpire");
});
