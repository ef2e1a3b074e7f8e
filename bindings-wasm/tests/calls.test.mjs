// Tests how calls of every operation are built, refused, sent and read. Their vectors are in
// tests/conformance.
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { test } from "node:test";
import {
  APP,
  Client,
  INTERNATIONAL,
  Sandbox,
  TOKEN,
  USER_ID,
  answering,
  call,
  client,
  esm,
  getSpaceUsageByOverview,
  rawCall,
  serving,
  thrownBy,
} from "./koodrive.mjs";
import { FAST, all, clientOf, dispatch } from "./dispatch.mjs";

const USER = "/koodrive/ose/v1/users/1316083732377070977";
const PAGED = { method: "GET", path: "/koodrive/ose/v1/users", query: { pageNo: 1, pageSize: 50, name: "李 &=+" } };
const user = () => rawCall({ method: "GET", path: USER });
const answers = [
  { method: "GET", path: USER, body: '{"code":0,"msg":"Success.","data":{"userId":1316083732377070977}}' },
  { method: "GET", path: "/koodrive/ose/v1/users", body: '{"total":1}' },
  { method: "PUT", path: USER, status: 201 },
];
const signing = () => client({ token: undefined, ...APP });
/** Signs as a key management service would. Only this function has the app secret. */
const signed = (stringToSign) => createHmac("sha256", APP.appSecret).update(stringToSign).digest("hex");
const signingElsewhere = (sign, options = {}) =>
  new Client({ endpoint: INTERNATIONAL, userId: USER_ID, appId: APP.appId, sign, ...options });

for (const [name, make, method, path, body] of [
  ["getSpaceUsageByOverview", () => getSpaceUsageByOverview(), "GET", "/koodrive/ose/v1/space/usage/overview"],
  ["getCurrentRetentionPolicy", () => esm.getCurrentRetentionPolicy(), "GET", "/koodrive/ose/v1/carrier/retention/policy/getList"],
  ["getCarrierRetentionPolicy", () => esm.getCarrierRetentionPolicy(), "GET", "/koodrive/ose/v1/carrier/policy/config/retention"],
  [
    "setRetentionPolicy",
    () => esm.setRetentionPolicy({ policyList: [{ policyId: "9007199254740993", status: "1" }] }),
    "POST",
    "/koodrive/ose/v1/carrier/retention/policy/batch",
    { policyList: [{ policyId: "9007199254740993", status: "1" }] },
  ],
  [
    "reverseOrder",
    () =>
      esm.reverseOrder({
        batchSN: "b",
        operationList: [{ operationSN: "o", carrierUserId: "1", packageChangeList: [{ packageId: "14" }] }],
      }),
    "POST",
    "/koodrive/ose/v1/carrier/operation/reverseOrder",
    { batchSN: "b", operationList: [{ operationSN: "o", carrierUserId: "1", packageChangeList: [{ packageId: "14", changeType: 1 }] }] },
  ],
]) {
  test(`${name}: the call is built, and survives JSON with the same request`, () => {
    const one = client();
    const call = make();
    assert.equal(call.operation, name);
    const request = one.request(call, { now: 0, traceId: "t".repeat(58) });
    assert.deepEqual(one.request(JSON.parse(JSON.stringify(call)), { now: 0, traceId: "t".repeat(58) }), request);
    assert.deepEqual([request.method, request.url], [method, INTERNATIONAL + path]);
    assert.deepEqual(request.body === undefined ? undefined : JSON.parse(request.body), body);
  });
}

test("a raw call is signed, and its reply has the status, the body and its JSON", async () => {
  const sandbox = new Sandbox({ answers });
  const reply = await signing().send(user(), { transport: sandbox.fetch });
  assert.deepEqual([reply.status, reply.code, reply.msg], [200, "0", "Success."]);
  assert.equal(reply.body, answers[0].body, "every digit");
  assert.deepEqual(reply.json(), JSON.parse(answers[0].body));
  const page = await signing().send(rawCall(PAGED), { transport: sandbox.fetch });
  assert.deepEqual([page.code, page.json()], [null, { total: 1 }]);
  const changed = await signing().send(rawCall({ method: "PUT", path: USER, json: { name: "x" } }), { transport: sandbox.fetch });
  assert.deepEqual([changed.status, changed.code], [201, "0"]);

  const error = await thrownBy(() =>
    client({ token: undefined, appId: APP.appId, appSecret: "other-secret-not-real" }).send(user(), {
      transport: new Sandbox({ answers, apps: [APP] }).fetch,
    }),
  );
  assert.equal(error.code, "SANDBOX.SIGNATURE_MISMATCH");
});

test("an object, pairs, URLSearchParams and a Map give the same query", () => {
  const one = client();
  const pairs = [
    ["pageNo", "1"],
    ["pageSize", "50"],
    ["name", "李 &=+"],
  ];
  const urls = [PAGED.query, pairs, new URLSearchParams(pairs), new Map(pairs)].map(
    (query) => one.request(rawCall({ ...PAGED, query }), { now: 0 }).url,
  );
  assert.equal(new Set(urls).size, 1);
  assert.equal(urls[0], `${INTERNATIONAL}/koodrive/ose/v1/users?name=%E6%9D%8E%20%26%3D%2B&pageNo=1&pageSize=50`);
  assert.deepEqual(rawCall({ ...PAGED, query: new Map(pairs) }).query, pairs, "the call is a plain object");
});

const CYCLE = {};
CYCLE.self = CYCLE;
const CYCLIC_LIST = [];
CYCLIC_LIST.push(CYCLIC_LIST);

function deep(levels, innermost = {}) {
  let value = innermost;
  for (let level = 0; level < levels; level++) value = { value };
  return value;
}
for (const [what, change, field, message] of [
  ["a query in the path", { path: `${USER}?a=b` }, "path", /pass parameters as the query/],
  ["a number that JSON cannot hold", { method: "POST", json: { n: NaN } }, "json", /NaN/],
  ["an integer that has lost digits", { method: "POST", json: { n: 2 ** 53 } }, "json", /9007199254740992/],
  ["a bigint", { method: "POST", json: { n: 1n } }, "json", /bigint/],
  ["a function in the place of a body", { method: "POST", json: () => {} }, "json", /not a value of JSON/],
  ["a body that is not JSON", { method: "POST", json: "{" }, "json", /JSON/],
  ["a body of a GET", { json: {} }, "json", /GET/],
  ["a header of the client", { headers: { "X-Date": "x" } }, "headers", /./],
  ["a method of another kind", { method: "TRACE" }, "method", /GET, POST, PUT, PATCH or DELETE/],
  ["a fraction in the query", { query: { a: 1.5 } }, "query", /./],
  ["an undefined value in the query", { query: { a: undefined } }, "query", /./],
  ["an undefined header", { headers: { language: undefined } }, "headers", /./],
  ["no path", { path: undefined }, "path", /path/],
  ["a misspelt field", { querry: {} }, "querry", /querry/],
  [
    "a body that contains itself",
    { method: "POST", json: CYCLE },
    "json",
    /^json: contains itself; pass a value without cycles, or JSON text$/,
  ],
  ["a body whose list contains itself", { method: "POST", json: { list: [1, { two: CYCLIC_LIST }] } }, "json", /contains itself/],
  [
    "a body that cannot be written",
    {
      method: "POST",
      json: {
        toJSON() {
          throw new Error("no connection");
        },
      },
    },
    "json",
    /^json: cannot be written as JSON: no connection; pass JSON text$/,
  ],
  ["a boxed bigint", { method: "POST", json: { n: Object(1n) } }, "json", /^json: cannot be written as JSON: .*BigInt/],
  ["NaN beside an object with toJSON", { method: "POST", json: [new Date(0), NaN] }, "json", /NaN/],
  ["NaN within many objects", { method: "POST", json: deep(100, NaN) }, "json", /NaN/],
  ["half a surrogate pair in the path", { path: `${USER}\ud800` }, "path", /lone surrogate/],
  ["half a surrogate pair in the body", { method: "POST", json: '"\ud800"' }, "json", /lone surrogate/],
  ["a body that is nested too deep", { method: "POST", json: deep(100_000) }, "json", /cannot be written as JSON/],
  ["a bigint in the query", { query: { userId: 1n } }, "query", /^query: userId is a bigint; pass text$/],
  ["a bigint in a list of the query", { query: { userId: ["1", 2n] } }, "query", /^query: userId is a bigint; pass text$/],
  ["a bigint as a name of the query", { query: new Map([[1n, "a"]]) }, "query", /^query: a name is a bigint; pass text$/],
  ["a date in the query", { query: { from: new Date(0) } }, "query", /^query: from is a Date; pass text$/],
  [
    "a date in pairs of the query",
    {
      query: [
        ["a", "b"],
        ["from", [new Date(0)]],
      ],
    },
    "query",
    /^query: from is a Date; pass text$/,
  ],
  ["a function in the query", { query: { from: () => "a" } }, "query", /^query: from is a function; pass text$/],
  [
    "an object with toJSON in the query",
    { query: { from: { toJSON: () => "a" } } },
    "query",
    /^query: from is an object with toJSON; pass text$/,
  ],
  ["a boxed text in the query", { query: { from: new String("a") } }, "query", /^query: from is an object; pass text$/],
  ["NaN in the query", { query: { size: NaN } }, "query", /^query: size is NaN; pass text$/],
  [
    "a boolean in the query",
    { query: { a: "1", all: true } },
    "query",
    /^query: all is neither text nor an integer within ± 2\^53; pass one of them, or a list of them$/,
  ],
  ["an object in the query", { query: { a: {} } }, "query", /^query: a is neither text nor/],
  ["a date in the place of the query", { query: new Date(0) }, "query", /^query: a Date; pass an object, or pairs of a name and a value$/],
  ["a bigint in the place of the query", { query: 1n }, "query", /^query: a bigint; pass an object/],
  ["an empty list as a header", { headers: { language: [] } }, "headers", /^headers: language is not text; pass text$/],
  ["a list as a header", { headers: { language: ["en-US"] } }, "headers", /^headers: language is not text; pass text$/],
  ["a number as a header", { headers: { language: 1 } }, "headers", /^headers: language is not text; pass text$/],
  ["a bigint as a header", { headers: { language: 1n } }, "headers", /^headers: language is a bigint; pass text$/],
  ["a date as a header", { headers: [["language", new Date(0)]] }, "headers", /^headers: language is a Date; pass text$/],
  ["a date in the place of the headers", { headers: new Date(0) }, "headers", /^headers: a Date; pass an object/],
  ["a value of the query that contains itself", { query: { a: CYCLE } }, "query", /^query: a is neither text nor/],
  ["a query that contains itself", { query: CYCLE }, "query", /^query: self is neither text nor/],
  ["a name of the query that contains itself", { query: [[CYCLE, "1"]] }, "query", /^query: an object where text is due/],
  ["a bigint in a list in a list of the query", { query: { a: [[1n]] } }, "query", /^query: a is neither text nor/],
  ["a query that is no list of pairs", { query: [1n] }, "query", /^query: not a mapping and not a list of pairs; pass one of them$/],
  ["a header that contains itself", { headers: { language: CYCLE } }, "headers", /^headers: language is not text; pass text$/],
  ["a function as the path", { path: () => USER }, "path", /^path: a function; pass text/],
]) {
  test(`a raw call: ${what} is refused`, () => {
    const error = thrown(() => rawCall({ method: "GET", path: USER, ...change }));
    assert.ok(error instanceof esm.InvalidInputError, error.stack);
    assert.match(error.message, message);
    assert.equal(error.field, field);
  });
}

const policies = (policyList) => () => esm.setRetentionPolicy({ policyList });
const change = (fields) => () =>
  esm.reverseOrder({ batchSN: "b", operationList: [{ operationSN: "o", packageChangeList: [{ packageId: "14", ...fields }] }] });
const CHANGE = "operationList[0].packageChangeList[0]";
for (const [what, make, field, message] of [
  [
    "a bigint as an id",
    policies([{ policyId: 1n, status: "1" }]),
    "policyList[0].policyId",
    "a bigint; pass text, or a number where the field takes one",
  ],
  [
    "a date as an id",
    policies([{ policyId: new Date(0), status: "1" }]),
    "policyList[0].policyId",
    "a Date; pass text, or a number where the field takes one",
  ],
  [
    "a boxed text as an id",
    policies([{ policyId: "1", status: new String("1") }]),
    "policyList[0].status",
    "an object; pass text, or a number where the field takes one",
  ],
  ["a list that contains itself", policies(CYCLIC_LIST), "policyList[0]", "contains itself; pass plain objects"],
  [
    "a bigint as a type",
    change({ undocumentedChangeType: 2n }),
    `${CHANGE}.undocumentedChangeType`,
    "a bigint; pass text, or a number where the field takes one",
  ],
  [
    "NaN as a type",
    change({ undocumentedChangeType: NaN }),
    `${CHANGE}.undocumentedChangeType`,
    "NaN; pass text, or a number where the field takes one",
  ],
  [
    "a function as a type",
    change({ undocumentedChangeType: () => 2 }),
    `${CHANGE}.undocumentedChangeType`,
    "a function; pass text, or a number where the field takes one",
  ],
  [
    "a number as an id",
    change({ packageId: 14 }),
    `${CHANGE}.packageId`,
    "a number where text is due; pass text, since a number may lose digits",
  ],
]) {
  test(`a call with ${what} is refused`, () => {
    const error = thrown(make);
    assert.ok(error instanceof esm.InvalidInputError, error.stack);
    assert.deepEqual([error.field, error.message], [field, `${field}: ${message}`]);
  });
}

test("a body may hold a value twice, and dates as JSON writes them", () => {
  const one = { at: new Date(0) };
  assert.equal(
    rawCall({ method: "POST", path: USER, json: { a: one, b: [one, one] } }).json,
    '{"a":{"at":"1970-01-01T00:00:00.000Z"},"b":[{"at":"1970-01-01T00:00:00.000Z"},{"at":"1970-01-01T00:00:00.000Z"}]}',
  );
});

test("each raw call has its own URL, method, headers and body, however many paths a client sees", () => {
  const one = client();
  for (const number of [...Array(40).keys(), 0]) {
    const path = `/koodrive/ose/v1/users/${number}`;
    for (const [fields, url, body] of [
      [{ method: "GET" }, path],
      [{ method: "DELETE" }, path],
      [{ method: "DELETE", json: "{}" }, path, "{}"],
      [{ method: "PUT", json: { number } }, path, `{"number":${number}}`],
      [{ method: "PUT", json: "[]", headers: { language: "en-US" } }, path, "[]"],
      [{ method: "GET", query: { number } }, `${path}?number=${number}`],
    ]) {
      const request = one.request(rawCall({ path, ...fields }), { now: 0 });
      assert.equal(request.url, INTERNATIONAL + url);
      assert.equal(request.method, fields.method);
      assert.equal(request.body, body);
      assert.equal(request.headers["content-type"], body && "application/json");
      assert.equal(request.headers.language, fields.headers?.language);
    }
  }
});

for (const [what, body, code, msg] of [
  ["line breaks in msg and body", '{"code":"0",\n"msg":"one\\ntwo\\u2028=",\n"data":[1]}\n', "0", "one\ntwo\u2028="],
  ["an empty msg", '{"code":0,"msg":""}', "0", ""],
  ["neither code nor msg", '{"total":300000000000000001}', null, null],
  ["a msg that is not text", '{"code":0,"msg":7}', "0", null],
]) {
  test(`the reply to a raw call with ${what} is read alike by parse, send and dispatch`, async () => {
    const headers = { "x-traceid": "=a trace id" };
    const expected = { status: 201, code, msg, traceId: "=a trace id", body };
    const parsed = client().parse(user(), { status: 201, headers, body });
    assert.deepEqual(parsed, expected);
    assert.deepEqual(parsed.json(), JSON.parse(body));
    const transport = async () => new Response(body, { status: 201, headers });
    assert.deepEqual(await client().send(user(), { transport }), expected);
    const [outcome] = await all(dispatch(clientOf(), [user()], { transport, ...FAST }));
    assert.deepEqual([outcome.verdict, outcome.reply, outcome.code, outcome.msg], ["delivered", expected, code, msg]);
    assert.deepEqual(outcome.reply.json(), JSON.parse(body));
  });
}

test("a reply without a body has no JSON", async () => {
  const fetch = async () => new Response(null, { status: 204 });
  const reply = await client().send(user(), { transport: fetch });
  assert.deepEqual([reply.status, reply.body, reply.json()], [204, "", null]);
  assert.equal(client().parse(user(), { status: 204, headers: {}, body: "" }).json(), null);
  const [outcome] = await all(dispatch(clientOf(), [rawCall({ method: "GET", path: USER })], { transport: fetch, ...FAST }));
  assert.deepEqual([outcome.verdict, outcome.reply.json()], ["delivered", null]);
});

test("the reply to an invalid call is refused", () => {
  for (const wrong of [{ ...call, carrierUserId: "" }, { ...call, undocumentedType: 2 }, { operation: "reverseOrder" }]) {
    const error = thrown(() => client().parse(wrong, { status: 200, headers: {}, body: '{"code":0}' }));
    assert.ok(error instanceof esm.InvalidInputError, error.stack);
  }
});

for (const [how, sign] of [
  ["at once", signed],
  ["later", async (text) => signed(text)],
]) {
  test(`a function signs ${how}, for send and for dispatch`, async () => {
    const seen = [];
    const one = signingElsewhere((text) => (seen.push(text), sign(text)));
    const sandbox = new Sandbox({ answers });
    assert.equal((await one.send(call, { transport: sandbox.fetch })).code, "0");
    assert.equal((await one.send(user(), { transport: sandbox.fetch })).code, "0");
    assert.match(seen[0], /^HMAC-SHA256\n[0-9a-f]{64}$/);
    const outcomes = await all(
      dispatch(clientOf({ appId: APP.appId, sign }), [["raw", rawCall({ method: "GET", path: USER })]], {
        transport: sandbox.fetch,
        ...FAST,
      }),
    );
    assert.deepEqual(
      outcomes.map(({ key, verdict }) => [key, verdict]),
      [["raw", "delivered"]],
    );
    assert.equal(sandbox.accepted().length, 1);
  });
}

test("after a refused clock the function signs once more, for the learned time", async () => {
  const late = new Sandbox({ now: () => new Date(Date.now() + 3_600_000) });
  let asked = 0;
  const one = signingElsewhere((text) => (asked++, signed(text)));
  await one.send(call, { transport: late.fetch });
  assert.equal(asked, 2);
});

test("a failing or wrong sign function leaves the call unsent", async () => {
  const sandbox = new Sandbox();
  const why = new Error("the key is locked");
  for (const [sign, check] of [
    [
      () => {
        throw why;
      },
      ({ cause }) => assert.equal(cause, why),
    ],
    [() => Promise.reject(why), ({ cause }) => assert.equal(cause, why)],
    [() => "not-hex", ({ message }) => assert.match(message, /hex/)],
    [() => undefined, ({ message }) => assert.match(message, /sign/)],
  ]) {
    const error = await thrownBy(() => signingElsewhere(sign).send(call, { transport: sandbox.fetch }));
    assert.equal(error.outcome, "not_sent", error.stack);
    check(error);
  }
  const slow = await thrownBy(() => signingElsewhere(() => new Promise(() => {})).send(call, { transport: sandbox.fetch, timeoutMs: 30 }));
  assert.equal(slow.outcome, "not_sent");
  assert.throws(() => signingElsewhere(signed).request(call), { field: "sign" });
  assert.equal(sandbox.accepted().length, 0);
});

/** Returns a promise of `value` that is fulfilled just before it calls `then`. */
const before = (value, then) => ({ then: (fulfil) => (fulfil(value), queueMicrotask(then)) });

for (const [what, sending] of [
  ["signs", (abort) => signingElsewhere((text) => (abort(), signed(text)))],
  ["has signed", (abort) => signingElsewhere((text) => before(signed(text), abort))],
  ["gives a token", (abort) => client({ token: () => (abort(), TOKEN) })],
  ["has given a token", (abort) => client({ token: () => before(TOKEN, abort) })],
]) {
  test(`a call that is aborted while a function ${what} is not sent`, async () => {
    const controller = new AbortController();
    let sent = 0;
    // A transport that gets a request with an aborted signal would count it here.
    const fetch = async () => (sent++, new Response('{"code":0}'));
    const error = await thrownBy(() => sending(() => controller.abort()).send(call, { transport: fetch, signal: controller.signal }));
    assert.deepEqual([error.kind, error.outcome, sent], ["not_sent", "not_sent", 0], error.stack);
  });
}

test("dispatch takes any call, and retries a safe one after an unknown outcome", async () => {
  const sandbox = new Sandbox({ answers, faults: ["cut", "cut"] });
  const given = [
    ["user", rawCall({ method: "GET", path: USER })],
    ["usage", getSpaceUsageByOverview()],
  ];
  const outcomes = await all(dispatch(clientOf(), given, { transport: sandbox.fetch, ...FAST, concurrency: 1 }));
  const byKey = new Map(outcomes.map((outcome) => [outcome.key, outcome]));
  assert.deepEqual(
    [...byKey.values()].map(({ verdict }) => verdict),
    ["delivered", "delivered"],
  );
  assert.equal(byKey.get("user").reply.body, answers[0].body);
  assert.match(byKey.get("usage").reply.data.totalUsed, /^\d+$/);
  assert.equal(byKey.get("user").attempts + byKey.get("usage").attempts, 4);

  const change = [["change", rawCall({ method: "PUT", path: USER, json: {} })]];
  const [outcome] = await all(dispatch(clientOf(), change, { transport: new Sandbox({ answers, faults: ["cut"] }).fetch, ...FAST }));
  assert.deepEqual([outcome.verdict, outcome.attempts], ["unknown", 1]);
});

test("a reply with an unreadable field is delivered with the error of send", async () => {
  const sandbox = () => new Sandbox({ spaceUsage: { totalUsed: 1.5 } });
  const error = await thrownBy(() => signing().send(getSpaceUsageByOverview(), { transport: sandbox().fetch }));
  assert.ok(error instanceof esm.UnreadableReplyError, error.stack);
  const [outcome] = await all(dispatch(clientOf(), [getSpaceUsageByOverview()], { transport: sandbox().fetch, ...FAST }));
  assert.deepEqual([outcome.verdict, outcome.reply, outcome.status], ["delivered", null, 200]);
  const text = ({ message, traceId }) => message.replace(traceId, "");
  assert.equal(text(outcome.error), text(error));
  assert.equal(outcome.error.body, error.body);
});

test("explain stops at the string to sign for a sign function", () => {
  const now = Date.UTC(2025, 10, 3, 7, 1, 45);
  const { signature, ...stages } = signingElsewhere(() => assert.fail("it was called")).explain(user(), { now });
  const { signature: made, ...others } = signing().explain(user(), { now });
  assert.equal(signature, null);
  assert.equal(made, signed(stages.stringToSign));
  assert.deepEqual(stages, others);
  assert.throws(() => client().explain(user()), { field: "appId" });
});

test("a time in an error is in milliseconds", () => {
  assert.throws(
    () => client({ clockMarginMs: 500 }),
    /^InvalidInputError: clockMarginMs: out of range; pass whole seconds from 0 ms to 600000 ms/,
  );
  assert.throws(
    () => dispatch(clientOf(), [], { backoffMs: 1e9 }),
    /backoffMs: 1000000000 ms is out of range; pass a time from 0 ms to 86400000 ms/,
  );
});

test("an error survives JSON", async () => {
  const error = await serving(answering(429, { code: 5, msg: "slow" }, { "retry-after": "7" }), (endpoint) =>
    thrownBy(() => client({ endpoint, allowPlainHttp: true }).send(user())),
  );
  const copy = esm.KooDriveError.fromJSON(JSON.parse(JSON.stringify(error)));
  assert.ok(copy instanceof esm.ApiError && esm.isKooDriveError(copy));
  assert.deepEqual(copy.toJSON(), error.toJSON());
  assert.deepEqual([copy.status, copy.code, copy.retryAfter, copy.retryable, copy.message], [429, "5", 7, true, error.message]);
  assert.throws(() => esm.KooDriveError.fromJSON({ kind: "other" }), esm.InvalidInputError);
});

test("the token of a client authenticates a raw call as well", async () => {
  const sandbox = new Sandbox({ answers, tokens: [TOKEN] });
  assert.equal((await client().send(user(), { transport: sandbox.fetch })).code, "0");
});

function thrown(work) {
  try {
    work();
  } catch (error) {
    return error;
  }
  return assert.fail("nothing was thrown");
}
