// Tests properties of random calls. The sandbox, which is as strict as the published pages, accepts
// every built request and refuses it after a change of one byte. Every text goes through JSON
// unchanged.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { APP, Client, Sandbox, TOKEN, USER_ID, client, getSpaceUsageByOverview, notifyPackageExpire } from "./koodrive.mjs";

/**
 * Checks `property` with the same cases each time, so that a failure comes from a change in the
 * code.
 */
const check = (property) => fc.assert(property, { seed: 20251103, numRuns: 300 });

const NOW = Date.UTC(2025, 10, 3, 7, 1, 45);
/** A text of any code points but surrogates. */
const text = fc.string({ unit: "binary", minLength: 1, maxLength: 40 });
/**
 * An id of a typed call has no control character, and no white space or invisible character at its
 * ends.
 */
const INVISIBLE = /[\p{White_Space}\ufeff\u200b-\u200d\u2060]/u;
const isId = (id) => !/\p{Cc}/u.test(id) && !INVISIBLE.test([...id][0]) && !INVISIBLE.test([...id].at(-1));
const id = text.filter(isId);
const visible = fc.string({
  unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  minLength: 1,
  maxLength: 40,
});
const segment = fc.stringMatching(/^[A-Za-z0-9_~-][A-Za-z0-9._~-]{0,11}$/);
const endpoint = fc
  .tuple(fc.domain(), fc.integer({ min: 1, max: 65535 }), fc.array(segment, { maxLength: 2 }))
  .map(([host, port, prefix]) => `https://${host}:${port}${prefix.map((one) => `/${one}`).join("")}`);
const call = fc.oneof(
  { weight: 4, arbitrary: fc.record({ carrierUserId: id, packageId: id }).map(notifyPackageExpire) },
  { weight: 1, arbitrary: fc.constant(getSpaceUsageByOverview()) },
);
const secret = text.map((inner) => `s${inner}s`);
const app = fc.record({ appId: visible.map((id) => id.replaceAll(",", "_")), appSecret: secret });

const made = (given, prefix = "") => {
  const config = given.token ? { tokens: [given.token] } : { apps: [given] };
  return new Sandbox({ ...config, prefix, now: () => NOW });
};

/** Returns the sandbox's answer to this request, parsed by `one`. */
async function answered(sandbox, one, call, { url, ...init }) {
  const response = await sandbox.fetch(url, init);
  return one.parse(call, { status: response.status, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) });
}

test("a request for valid input is accepted, and its values arrive unchanged", async () => {
  const credentials = fc.oneof(
    app,
    visible.map((token) => ({ token: `t${token}` })),
  );
  await check(
    fc.asyncProperty(
      endpoint,
      visible,
      credentials,
      call,
      fc.option(fc.string({ unit: visible.map((it) => it[0]), minLength: 58, maxLength: 58 })),
      async (endpoint, userId, given, call, traceId) => {
        const sandbox = made(given, new URL(endpoint).pathname.replace(/\/$/, ""));
        const one = new Client({ endpoint, userId, ...given });
        const request = one.request(call, { now: NOW, traceId: traceId ?? undefined });
        assert.equal((await answered(sandbox, one, call, request)).code, "0");
        const { operation, ...ids } = call;
        const [accepted] = sandbox.accepted();
        if (operation === "notifyPackageExpire") {
          assert.deepEqual({ ...accepted }, { operation, ...ids, type: 2, xDate: "20251103T070140Z", traceId });
        } else {
          assert.equal(accepted, undefined);
        }
        one.free();
        sandbox.free();
      },
    ),
  );
});

/**
 * Returns `of` with one character changed, removed or inserted. New characters come from
 * `alphabet`.
 */
const changed = (of, alphabet, at, how, pick) => {
  const place = at % of.length;
  const letter = alphabet[pick % alphabet.length];
  const end = of.slice(how === "insert" ? place : place + 1);
  return of.slice(0, place) + (how === "delete" ? "" : letter) + end;
};

const UNRESERVED = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";
const VISIBLE = Array.from({ length: 94 }, (_, at) => String.fromCharCode(0x21 + at)).join("");

/** The parts of a request that are changed, each as a function of the request and of the change. */
const PARTS = {
  method: ({ method, body, ...rest }, change, pick) => {
    const other = ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((it) => it !== method)[pick % 4];
    return { ...rest, method: other, ...(other !== "GET" && { body }) };
  },
  host: ({ url, ...rest }, change) => {
    const { origin, host } = new URL(url);
    return { ...rest, url: url.replace(origin, `https://${change(host.split(":")[0], "abcdefghijklmnopqrstuvwxyz")}.example`) };
  },
  path: ({ url, ...rest }, change) => {
    const { origin, pathname } = new URL(url);
    return { ...rest, url: origin + "/" + change(pathname.slice(1), UNRESERVED) };
  },
  query: ({ url, ...rest }, change) => ({ ...rest, url: `${url}?${change("a=b", UNRESERVED)}` }),
  body: (request, change) => ({ ...request, body: change(request.body ?? "{}", '{}[]":,\\ 0123456789abcé中') }),
};
for (const name of ["authorization", "x-date", "x-user-id"]) {
  PARTS[name] = (request, change) => ({ ...request, headers: { ...request.headers, [name]: change(request.headers[name], VISIBLE) } });
}

for (const [part, alter] of Object.entries(PARTS)) {
  test(`a signed request with one byte of its ${part} changed is refused`, async () => {
    const sandbox = made(APP, "/prefix");
    const one = client({ token: undefined, ...APP, endpoint: "https://gateway.example/prefix" });
    const calls = part === "body" ? call.filter(({ operation }) => operation === "notifyPackageExpire") : call;
    await check(
      fc.asyncProperty(calls, fc.nat(), fc.constantFrom("change", "delete", "insert"), fc.nat(), async (call, at, how, pick) => {
        const request = one.request(call, { now: NOW });
        const other = alter(request, (of, alphabet) => changed(of, alphabet, at, how, pick), pick);
        fc.pre(JSON.stringify(other) !== JSON.stringify(request) && new URL(other.url).href === other.url);
        const before = sandbox.accepted().length;
        await assert.rejects(answered(sandbox, one, call, other), (error) => error.kind === "api" && error.outcome === "refused");
        assert.equal(sandbox.accepted().length, before);
      }),
    );
    one.free();
    sandbox.free();
  });
}

test("a token with one byte changed is refused", async () => {
  const sandbox = made({ token: TOKEN });
  const one = client();
  await check(
    fc.asyncProperty(call, fc.nat(), fc.constantFrom("change", "delete", "insert"), fc.nat(), async (call, at, how, pick) => {
      const request = one.request(call, { now: NOW });
      const other = PARTS.authorization(request, (of, alphabet) => changed(of, alphabet, at, how, pick));
      // The case of the scheme does not matter.
      fc.pre(other.headers.authorization.toLowerCase() !== request.headers.authorization.toLowerCase());
      await assert.rejects(answered(sandbox, one, call, other), { kind: "api" });
    }),
  );
});

test("every text goes through JSON unchanged in both directions", () => {
  const one = client({ userId: USER_ID });
  check(
    fc.property(id, id, (carrierUserId, packageId) => {
      const call = notifyPackageExpire({ carrierUserId, packageId });
      const { body } = one.request(call);
      assert.equal(body, JSON.stringify({ carrierUserId, type: 2, packageId }));
      const reply = one.parse(call, { status: 200, headers: {}, body: JSON.stringify({ code: 0, msg: carrierUserId }) });
      assert.equal(reply.msg, carrierUserId);
    }),
  );
  // Each code point is tested alone, since a longer text rarely has the one that matters.
  for (let code = 0; code <= 0x10ffff; code += code < 0x3000 || (code > 0xd700 && code < 0x10100) ? 1 : 97) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const carrierUserId = `a${String.fromCodePoint(code)}b`;
    if (!isId(carrierUserId)) continue;
    const { body } = one.request(notifyPackageExpire({ carrierUserId, packageId: "1" }));
    assert.equal(body, JSON.stringify({ carrierUserId, type: 2, packageId: "1" }));
  }
});
