// Tests the request and its signature against literal values and the conformance vectors.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../runtimes/browser.mjs";
import { copied, enter, field, limit, says, shown, vector, vectors, visiting } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
}, limit);
after(() => browser.close(), limit);

const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };

/** Returns the HTTP text of a `request.json` with sorted headers, since their order is free. */
function httpOf({ method, url, headers, body }) {
  const { host, pathname, search } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (body !== undefined || ["POST", "PUT"].includes(method)) lines.push(`content-length: ${Buffer.byteLength(body ?? "")}`);
  return [`${method} ${pathname}${search} HTTP/1.1`, ...[`host: ${host}`, ...lines].sort(), "", body ?? ""].join("\n");
}

/** Returns the text that a user selects in a box by hand. */
const selected = (page, id) =>
  page.locator(`#${id}`).evaluate((box) => {
    getSelection().selectAllChildren(box);
    return getSelection().toString();
  });

function sorted(http) {
  const [head, ...body] = http.split("\n\n");
  const [first, ...headers] = head.split("\n");
  return [[first, ...headers.sort()].join("\n"), ...body].join("\n\n");
}

// The values were computed independently of this project; see tests/conformance.
for (const [name, hash, signature] of [
  [
    "app-notify-minimal",
    "9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce",
    "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
  ],
  [
    "app-get-minimal",
    "ed5c18d0be55257f70f9e8ef73ceb810460ccc58de1a6c8bb37336988b9a8b1c",
    "98e725d4a7965d5aebb936c98825cf080c3252f6fc7fe622bbe189fd0ae8fe6c",
  ],
  [
    "raw-query-of-a-reconciliation",
    "8d729d249497d31baf337e35f9357ae3898cab03955b41ab0013a86dff53e3ee",
    "a5953eb1fc031090385c1419ed2374485e7bec86855a3eb85e0abd409fba463b",
  ],
  [
    "raw-body-put",
    "3205c01231ab0eedb908107effa4ae08ae84cbe7a21550e9f8bf133407243609",
    "cd0eefd937b28204ec2bf57f48c9fd6a7f4e8b4b4720190e8321067939d58c64",
  ],
]) {
  test(`every stage of ${name} is shown, and copied unchanged`, limit, () =>
    visiting(browser, clipboard, async (page) => {
      await enter(page, (await vector(name)).given);
      const canonical = (await vector(name)).expected.canonicalRequest;
      const stages = {
        "canonical-request": ["the canonical request", canonical],
        "canonical-request-hash": ["its SHA-256", hash],
        "string-to-sign": ["the string to sign", `HMAC-SHA256\n${hash}`],
        "signature-value": ["the signature", signature],
      };
      for (const [id, [what, text]] of Object.entries(stages)) {
        assert.equal(await shown(page, id), text);
        assert.equal(await copied(page, what), text);
        assert.equal(await selected(page, id), text);
      }
      const http = httpOf((await vector(name)).expected.request);
      assert.equal(sorted(await shown(page, "http")), http);
      assert.equal(sorted(await copied(page, "the HTTP request")), http);
      await says(page, "request", "Built at 2025-11-03T07:01:45.000Z, by the time given.");
    }),
  );
}

test("the values of the vectors in the fields give the vectors' requests", limit, () =>
  visiting(browser, {}, async (page) => {
    await page.getByRole("checkbox", { name: "Show secrets" }).check();
    for (const name of [
      "authorization-with-bearer-plus-verbatim",
      "date-explicit-is-cut-to-the-second",
      "endpoint-china",
      "endpoint-loopback-ipv6-with-port-and-prefix",
      "endpoint-plain-http-by-name",
      "ids-from-right-to-left",
      "ids-with-inner-spaces",
      "ids-with-emoji",
      "ids-with-quotes",
      "token-with-bearer-plus",
      "trace-id",
      "trace-id-get-with-token",
      "undocumented-type-negative",
      "user-id-with-inner-spaces",
    ]) {
      await page.getByRole("button", { name: "Clear all" }).click();
      await page.getByRole("checkbox", { name: "Show secrets" }).check();
      await enter(page, (await vector(name)).given);
      assert.equal(sorted((await shown(page, "http")) ?? name), httpOf((await vector(name)).expected.request), name);
    }
  }),
);

test("an input that the package refuses has the package's error beside the field", limit, () =>
  visiting(browser, {}, async (page) => {
    for (const [name, label] of [
      ["app-id-with-comma", "App id"],
      ["authorization-with-character-beyond-ascii", "Authorization value"],
      ["carrier-user-id-empty", "carrierUserId"],
      ["date-a-second-ahead", "X-Date optional"],
      ["date-a-second-over-15-minutes-old", "X-Date optional"],
      ["endpoint-with-chinese-host", "Own endpoint"],
      ["endpoint-with-plain-http", "Own endpoint"],
      ["token-empty", "Token"],
      ["trace-id-of-57-characters", "Trace id optional"],
      ["undocumented-type-two", "Undocumented type"],
      ["id-of-one-space", "carrierUserId"],
      ["user-id-with-leading-space", "User id X-User-Id"],
    ]) {
      const { message } = (await vector(name)).expected.error;
      await page.getByRole("button", { name: "Clear all" }).click();
      await enter(page, (await vector(name)).given);
      assert.equal(await shown(page, "http"), null, name);
      await page.getByRole("button", { name: "Sign anew" }).click();
      await assertInvalid(page, label, message);
    }
    await says(page, "request", "No request: userId: begins or ends with a space; remove it, HTTP does not carry it");
    // The package also refuses these texts, which are not a date or an integer.
    for (const [wrong, label, message] of [
      [{ now: "yesterday" }, "Now optional", /^now: not a valid date/],
      [{ now: "2025-11-03T07:01:45" }, "Now optional", /^now: not a valid date/],
      [{ now: "2025-02-30T07:01:45Z" }, "Now optional", /^now: not a valid date/],
      [{ date: "20251103" }, "X-Date optional", /^date: not a valid date/],
      [{ undocumentedType: "one" }, "Undocumented type", /^type: not an integer/],
      [{ undocumentedType: "1.5" }, "Undocumented type", /^type: not an integer/],
    ]) {
      await page.getByRole("button", { name: "Example" }).click();
      await enter(page, { options: wrong });
      await page.getByRole("button", { name: "Sign anew" }).click();
      await assertInvalid(page, label, message);
      assert.doesNotMatch(await page.locator("body").innerText(), /NaN|undefined|\[object/);
    }
  }),
);

async function assertInvalid(page, label, message) {
  const control = field(page, label);
  assert.equal(await control.getAttribute("aria-invalid"), "true", label);
  const [error] = (await control.getAttribute("aria-describedby")).split(" ");
  const text = await page.locator(`#${error}`).innerText();
  if (typeof message === "string") assert.equal(text, message);
  else assert.match(text, message);
  assert.equal(await page.locator("[aria-invalid]").count(), 1, `only ${label} is wrong`);
}

/** Returns the raw calls of the vectors that the fields can hold, by the files of their names. */
const rawCalls = async (isChosen) =>
  [...(await vectors()).values()].filter(({ given, expected }) => {
    const { operation, headers, path, query = [], json = "" } = given.call;
    // The form has no headers. Its fields hold no control character, a text area turns CR LF into
    // LF, and a name ends at the first =.
    const texts = [path, ...query.flat()];
    const fits = texts.every((text) => typeof text === "string" && !/\p{Cc}/u.test(text)) && !json.includes("\r");
    const isTypable = fits && query.every(([name]) => !name.includes("="));
    return operation === "rawCall" && !headers && given.response === undefined && isTypable && isChosen(given.call, expected);
  });

test("every raw call of the vectors that fits the fields gives the vector's request", { timeout: 180_000 }, () =>
  visiting(browser, {}, async (page) => {
    const cases = await rawCalls((_, expected) => expected.request);
    for (const { name, given, expected } of cases) {
      await page.getByRole("button", { name: "Clear all" }).click();
      await page.getByRole("checkbox", { name: "Show secrets" }).check();
      await enter(page, given);
      assert.equal(sorted((await shown(page, "http")) ?? name), httpOf(expected.request), name);
      assert.equal(await shown(page, "signature-value"), expected.signature ?? null, name);
    }
    assert.equal(cases.length, 63);
  }),
);

test("every raw call that the package refuses has its error at the field", { timeout: 180_000 }, () =>
  visiting(browser, {}, async (page) => {
    const labels = { path: "Path", query: "Query optional", json: "JSON body optional" };
    // An empty JSON body means none, and the form offers only accepted methods.
    const cases = await rawCalls(({ json }, { error }) => error && labels[error.field] && json !== "");
    const { client, options } = cases[0].given;
    await enter(page, { client, call: { operation: "rawCall" }, options });
    for (const { name, given, expected } of cases) {
      await enter(page, { call: given.call });
      await page.getByRole("button", { name: "Sign anew" }).click();
      assert.equal(await shown(page, "http"), null, name);
      await assertInvalid(page, labels[expected.error.field], expected.error.message);
    }
    assert.equal(cases.length, 46);
  }),
);

test("a query is one pair per line; empty lines are skipped, and a line without = is an error", limit, () =>
  visiting(browser, {}, async (page) => {
    await enter(page, (await vector("raw-path-of-a-user")).given);
    const target = async () => /^GET (.*) HTTP/.exec(await shown(page, "http"))[1];
    for (const [query, end] of [
      ["", ""],
      ["\n \n", ""],
      ["b=2\n\na=1\n", "?a=1&b=2"],
      ["a=1=2", "?a=1%3D2"],
      ["a= 1%20&b ", "?a=%201%2520%26b%20"],
      ["a=", "?a="],
    ]) {
      await field(page, "Query optional").fill(query);
      assert.equal(await target(), `/koodrive/ose/v1/users/1316083732377070977${end}`, query);
    }
    await field(page, "Query optional").fill("a=1\n\nb");
    await page.getByRole("button", { name: "Sign anew" }).click();
    await assertInvalid(page, "Query optional", "query: line 3 has no '='; write name=value");
    await says(page, "request", "No request: query: line 3 has no '='; write name=value");
    // An error in a hidden field of another call does not stop this one.
    await page.getByRole("radio", { name: "getSpaceUsageByOverview" }).check();
    assert.equal(await target(), "/koodrive/ose/v1/space/usage/overview");
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
  }),
);

test("an error is shown after a visit of its field", limit, () =>
  visiting(browser, {}, async (page) => {
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
    await says(page, "request", "No request: appId: empty; pass at least one character");
    await field(page, "App id").focus();
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
    await page.keyboard.press("Tab");
    await page.locator("#appId[aria-invalid]").waitFor();
    await field(page, "App id").fill("my-app");
    assert.equal(await page.locator("#appId[aria-invalid]").count(), 0);
  }),
);

test("an error that appears does not move the clicked element", limit, () =>
  visiting(browser, {}, async (page) => {
    await field(page, "App id").focus();
    const target = page.getByRole("radio", { name: "getSpaceUsageByOverview" });
    const { x, y, height } = await target.boundingBox();
    await page.mouse.move(x + 20, y + height / 2);
    await page.mouse.down();
    await page.waitForTimeout(150);
    await page.mouse.up();
    assert.ok(await target.isChecked());
    await page.locator("#appId[aria-invalid]").waitFor();
  }),
);

test("the page reports line breaks that a field drops", limit, () =>
  visiting(browser, clipboard, async (page) => {
    await page.evaluate(() => navigator.clipboard.writeText("example-app-secret\n"));
    await field(page, "App secret").press("ControlOrMeta+V");
    await page.getByText("The browser leaves line breaks out of this field.").waitFor();
    assert.equal(await field(page, "App secret").inputValue(), "example-app-secret");
  }),
);

test("only the button reads the clock again", limit, () =>
  visiting(browser, {}, async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    await field(page, "Now optional").fill("");
    const date = async () => /^x-date: (.*)$/m.exec(await shown(page, "http"))[1];
    const first = await date();
    await page.waitForTimeout(1100);
    await page.getByLabel("Canonical request to compare with").fill("");
    await field(page, "Body").fill("");
    assert.equal(await date(), first);
    await page.getByRole("button", { name: "Sign anew" }).click();
    assert.notEqual(await date(), first);
    await says(page, "request", "by this computer’s clock");
  }),
);

test("a new trace id goes into the request", limit, () =>
  visiting(browser, {}, async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    await page.getByRole("button", { name: "New id" }).click();
    const id = await field(page, "Trace id optional").inputValue();
    assert.match(id, /^[0-9a-f]{58}$/);
    assert.ok((await shown(page, "http")).includes(`x-traceid: ${id}\n`));
  }),
);
