// Tests how replies are read, in every form in which a host has them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { call, client, esm, getCurrentRetentionPolicy } from "./koodrive.mjs";

const success = '{"code":0,"msg":"Success."}';
const bytes = new TextEncoder().encode(success);
const thrownBy = (response) => {
  try {
    client().parse(call, response);
  } catch (error) {
    return error;
  }
  throw new Error("it was read");
};

test("a body is text, bytes, or a buffer", () => {
  for (const body of [success, bytes, Buffer.from(success), bytes.buffer, new DataView(bytes.buffer)]) {
    assert.deepEqual(client().parse(call, { status: 200, headers: {}, body }), { code: "0", msg: "Success.", traceId: null });
  }
});

for (const [what, headers, message] of [
  ["names and values in turn, as Node's rawHeaders", ["x-traceid", "abc"], /^headers: a string where a pair is due; pass a Headers object/],
  ["a set of numbers", new Set([1]), /^headers: a number where a pair is due/],
  ["a name that is null", [[null, "abc"]], /^headers: a name is null; pass text$/],
  [
    "a value that is not text in a Headers of another library",
    { get: () => Object.create(null) },
    /^headers: a value is an object; pass text$/,
  ],
  ["a value that is not text", { "x-traceid": Object.create(null) }, /^headers: a value is an object; pass text$/],
]) {
  test(`headers: ${what} are refused`, () => {
    const error = thrownBy({ status: 200, headers, body: success });
    assert.ok(error instanceof esm.InvalidInputError, error.stack);
    assert.match(error.message, message);
  });
}

test("headers are a Headers object, a plain object, pairs or a Map, in any case", () => {
  for (const headers of [
    new Headers({ "X-TraceId": "abc" }),
    { "X-TRACEID": "abc" },
    { "x-traceid": ["abc", "def"], age: undefined },
    [
      ["X-Traceid", "abc"],
      ["x-traceid", "def"],
    ],
    new Map([["X-Traceid", "abc"]]),
  ]) {
    assert.equal(client().parse(call, { status: 200, headers, body: success }).traceId, "abc");
  }
});

test("an empty msg is a msg, a missing one is null", () => {
  const msg = (body) => client().parse(call, { status: 200, headers: { "x-traceid": "=" }, body }).msg;
  assert.equal(msg('{"code":"0","msg":""}'), "");
  assert.equal(msg('{"code":"0"}'), null);
  assert.equal(msg('{"code":"0","msg":"=\\n="}'), "=\n=");
});

test("retention policies keep every digit", () => {
  const body = '{"code":0,"policyList":[{"policyId":300000000000000000,"policyName":"p","priority":10,"status":1},{}]}';
  assert.deepEqual(client().parse(getCurrentRetentionPolicy(), { status: 200, headers: {}, body }), {
    code: "0",
    msg: null,
    traceId: null,
    policyList: [
      { policyId: "300000000000000000", policyName: "p", description: null, priority: 10, status: 1 },
      { policyId: null, policyName: null, description: null, priority: null, status: null },
    ],
    body,
  });
});

test("the largest integers that a reply may hold arrive as numbers", () => {
  const body = '{"code":0,"policyList":[{"priority":9007199254740991,"status":-9007199254740991}]}';
  const { policyList } = client().parse(getCurrentRetentionPolicy(), { status: 200, headers: {}, body });
  assert.equal(policyList[0].priority, Number.MAX_SAFE_INTEGER);
  assert.equal(policyList[0].status, Number.MIN_SAFE_INTEGER);
});

test("an api error has every field that is known", () => {
  const body = '{"error_code":"APIGW.0301","error_msg":"no","request_id":"r-1"}';
  const error = thrownBy({ status: 503, headers: { "Retry-After": "7", "x-traceid": "abc" }, body });
  assert.ok(error instanceof esm.ApiError && error instanceof esm.KooDriveError && error instanceof Error);
  assert.deepEqual(
    { ...error },
    {
      kind: "api",
      outcome: "refused",
      retryable: true,
      status: 503,
      code: "APIGW.0301",
      msg: "no",
      requestId: "r-1",
      traceId: "abc",
      xDate: null,
      retryAfter: 7,
      body,
      field: null,
    },
  );
  assert.match(error.stack, /^ApiError: the service answered notifyPackageExpire with HTTP 503/);
});

test("an unknown field of an error is null", () => {
  const error = thrownBy({ status: 500, headers: {}, body: "" });
  const known = { kind: "api", outcome: "unknown", retryable: false, status: 500, body: "" };
  const unknown = { code: null, msg: null, requestId: null, traceId: null, xDate: null, retryAfter: null, field: null };
  assert.deepEqual({ ...error }, { ...known, ...unknown });
});

test("a 200 that cannot be parsed is an unreadable reply", () => {
  const error = thrownBy({ status: 200, headers: {}, body: "<html>" });
  assert.ok(error instanceof esm.UnreadableReplyError);
  assert.deepEqual([error.kind, error.outcome, error.status], ["unreadable_reply", "unknown", 200]);
});
