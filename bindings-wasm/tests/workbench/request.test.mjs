// The request and its signature, against literal values and the conformance vectors.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../runtimes/browser.mjs";
import { copied, enter, field, limit, says, shown, vector, visiting } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
}, limit);
after(() => browser.close(), limit);

const clipboard = { permissions: ["clipboard-read", "clipboard-write"] };

/** The HTTP text of a `request.json`, its headers sorted: their order is free. */
function httpOf({ method, url, headers, body }) {
  const { host, pathname } = new URL(url);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  if (body !== undefined) lines.push(`content-length: ${Buffer.byteLength(body)}`);
  return [`${method} ${pathname} HTTP/1.1`, ...[`host: ${host}`, ...lines].sort(), "", body ?? ""].join("\n");
}

/** What somebody has who selects a box by hand. */
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

// Computed independently of this project, see tests/conformance.
for (const [name, hash, signature] of [
  [
    "app-notify-minimal",
    "9c24ade95d82dce7c7002ec7272d12f9ff60d1f71d5fc50708e113d4249449ce",
    "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac",
  ],
  [
    "app-get-minimal",
    "17df01bf35f41570cd1a606097845ed65ce61676b6b163a6f6c8b53ebe1e8a50",
    "c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837",
  ],
]) {
  test(`every stage of ${name} is shown, and copied as it is`, limit, () =>
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
    }));
}

test("whatever the fields can hold becomes the vectors' requests", limit, () =>
  visiting(browser, {}, async (page) => {
    await page.getByRole("checkbox", { name: "Show secrets" }).check();
    for (const name of [
      "authorization-with-bearer-plus-verbatim",
      "date-explicit-is-cut-to-the-second",
      "endpoint-china",
      "endpoint-loopback-ipv6-with-port-and-prefix",
      "endpoint-plain-http-by-name",
      "ids-from-right-to-left",
      "ids-of-one-blank",
      "ids-with-emoji",
      "ids-with-quotes",
      "token-with-bearer-plus",
      "trace-id",
      "trace-id-get-with-token",
      "undocumented-type-negative",
      "user-id-with-inner-blanks",
    ]) {
      await page.getByRole("button", { name: "Clear all" }).click();
      await page.getByRole("checkbox", { name: "Show secrets" }).check();
      await enter(page, (await vector(name)).given);
      assert.equal(sorted((await shown(page, "http")) ?? name), httpOf((await vector(name)).expected.request), name);
    }
  }));

test("what the package refuses is said beside the field, in its words", limit, () =>
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
      ["user-id-with-leading-blank", "User id X-User-Id"],
    ]) {
      const { message } = (await vector(name)).expected.error;
      await page.getByRole("button", { name: "Clear all" }).click();
      await enter(page, (await vector(name)).given);
      assert.equal(await shown(page, "http"), null, name);
      await page.getByRole("button", { name: "Sign anew" }).click();
      await assertInvalid(page, label, message);
    }
    await says(page, "request", "No request: user id begins or ends with a blank; remove it, since HTTP does not carry it");
    // What is no date, or no integer, is refused by the package as well.
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
  }));

async function assertInvalid(page, label, message) {
  const control = field(page, label);
  assert.equal(await control.getAttribute("aria-invalid"), "true", label);
  const [error] = (await control.getAttribute("aria-describedby")).split(" ");
  const text = await page.locator(`#${error}`).innerText();
  if (typeof message === "string") assert.equal(text, message);
  else assert.match(text, message);
  assert.equal(await page.locator("[aria-invalid]").count(), 1, `only ${label} is wrong`);
}

test("nobody is blamed for a field not reached yet", limit, () =>
  visiting(browser, {}, async (page) => {
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
    await says(page, "request", "No request: app id is empty");
    await field(page, "App id").focus();
    assert.equal(await page.locator("[aria-invalid]").count(), 0);
    await page.keyboard.press("Tab");
    await page.locator("#appId[aria-invalid]").waitFor();
    await field(page, "App id").fill("my-app");
    assert.equal(await page.locator("#appId[aria-invalid]").count(), 0);
  }));

test("an error that appears does not move what is being clicked", limit, () =>
  visiting(browser, {}, async (page) => {
    await field(page, "App id").focus();
    const target = page.getByRole("radio", { name: "getCurrentRetentionPolicy" });
    const { x, y, height } = await target.boundingBox();
    await page.mouse.move(x + 20, y + height / 2);
    await page.mouse.down();
    await page.waitForTimeout(150);
    await page.mouse.up();
    assert.ok(await target.isChecked());
    await page.locator("#appId[aria-invalid]").waitFor();
  }));

test("line breaks that a field drops are said to be dropped", limit, () =>
  visiting(browser, clipboard, async (page) => {
    await page.evaluate(() => navigator.clipboard.writeText("example-app-secret\n"));
    await field(page, "App secret").press("ControlOrMeta+V");
    await page.getByText("The browser leaves line breaks out of this field.").waitFor();
    assert.equal(await field(page, "App secret").inputValue(), "example-app-secret");
  }));

test("the clock is read again when it is asked for, and only then", limit, () =>
  visiting(browser, {}, async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    await field(page, "Now optional").fill("");
    const date = async () => /^x-date: (.*)$/m.exec(await shown(page, "http"))[1];
    const first = await date();
    await page.waitForTimeout(1100);
    await page.getByLabel("Canonical request to compare with").fill("");
    await page.getByLabel("Body").fill("");
    assert.equal(await date(), first);
    await page.getByRole("button", { name: "Sign anew" }).click();
    assert.notEqual(await date(), first);
    await says(page, "request", "by this computer’s clock");
  }));

test("a new trace id goes into the request", limit, () =>
  visiting(browser, {}, async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    await page.getByRole("button", { name: "New id" }).click();
    const id = await field(page, "Trace id optional").inputValue();
    assert.match(id, /^[0-9a-f]{58}$/);
    assert.ok((await shown(page, "http")).includes(`x-traceid: ${id}\n`));
  }));
