// Tests the comparison of canonical requests down to the character, replies, and errors.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch } from "../runtimes/browser.mjs";
import { enter, field, limit, says, shown, vector, vectors, visiting } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
}, limit);
after(() => browser.close(), limit);

const CANONICAL = `POST
/koodrive/ose/v1/carrier/users/notifyPackageExpire/

host:intl.myhuaweicloud-koodrive.com
x-date:20251103T070140Z
x-user-id:1505084218764547200

host;x-date;x-user-id
5c3cf4effd3e60ace1f203883c90f128168e3e4ba9d35b7c6005c38b41267df9`;

const theirs = (page) => page.getByLabel("Canonical request to compare with");

/** Returns heading, both marks and the sentence of the difference that a section shows. */
async function difference(page, section) {
  const box = page.locator(`#${section}-result .difference`);
  const sentence = await box.locator("p").first().innerText();
  return [await box.locator("h3").innerText(), await box.locator("mark").allInnerTexts(), sentence];
}

test("the first line and the first character that differ are marked on both sides", limit, () =>
  visiting(browser, {}, async (page) => {
    await enter(page, (await vector("app-notify-minimal")).given);
    for (const [from, to, heading, marks, sentence] of [
      [
        "POST",
        "GET",
        "Line 1, METHOD",
        ["P", "G"],
        "Character 1 is the first that differs. Signed here: “P” (U+0050); pasted: “G” (U+0047).",
      ],
      [
        "Expire/",
        "Expire",
        "Line 2, CanonicalURI",
        ["/", "end"],
        "Character 51 is the first that differs. Signed here: “/” (U+002F); pasted: the end of the line.",
      ],
      [
        "\n\nhost:",
        "\na=1\nhost:",
        "Line 3, CanonicalQueryString",
        ["end", "a"],
        "Character 1 is the first that differs. Signed here: the end of the line; pasted: “a” (U+0061).",
      ],
      // Look-alike letters, and invisible characters.
      [
        "koodrive.com",
        "koodrive.c\u043em",
        "Line 4, CanonicalHeaders",
        ["o", "о U+043E"],
        "Character 35 is the first that differs. Signed here: “o” (U+006F); pasted: “о” (U+043E).",
      ],
      [
        "0Z\nx-user",
        "0Z \nx-user",
        "Line 5, CanonicalHeaders",
        ["end", "·"],
        "Character 24 is the first that differs. Signed here: the end of the line; pasted: a space (U+0020).",
      ],
      [
        "id:150",
        "id:\t150",
        "Line 6, CanonicalHeaders",
        ["1", "TAB"],
        "Character 11 is the first that differs. Signed here: “1” (U+0031); pasted: a tab (U+0009).",
      ],
      [
        "id:150",
        "id:\u00a0150",
        "Line 6, CanonicalHeaders",
        ["1", "U+00A0"],
        "Character 11 is the first that differs. Signed here: “1” (U+0031); pasted: U+00A0.",
      ],
      [
        "id:150",
        "id:1\u200b50",
        "Line 6, CanonicalHeaders",
        ["5", "U+200B"],
        "Character 12 is the first that differs. Signed here: “5” (U+0035); pasted: U+200B.",
      ],
      [
        "id:150",
        "id:1😀50",
        "Line 6, CanonicalHeaders",
        ["5", "😀 U+1F600"],
        "Character 12 is the first that differs. Signed here: “5” (U+0035); pasted: “😀” (U+1F600).",
      ],
      [
        "host;x-date",
        "x-date",
        "Line 8, SignedHeaders",
        ["h", "x"],
        "Character 1 is the first that differs. Signed here: “h” (U+0068); pasted: “x” (U+0078).",
      ],
      [
        "267df9",
        "267dF9",
        "Line 9, HashedRequestPayload",
        ["f", "F"],
        "Character 63 is the first that differs. Signed here: “f” (U+0066); pasted: “F” (U+0046).",
      ],
    ]) {
      const changed = CANONICAL.replace(from, to);
      for (const text of [
        changed,
        changed.replaceAll("\n", "|"),
        `verify signature fail, canonicalRequest:${changed.replaceAll("\n", "|")}`,
      ]) {
        await theirs(page).fill(text);
        assert.deepEqual(await difference(page, "compare"), [heading, marks, sentence], text);
      }
      const [, line] = /^Line (\d)/.exec(heading);
      assert.equal(await page.locator("#canonical-request .marked").innerText(), CANONICAL.split("\n")[line - 1] || "\n");
      await says(page, "compare", `Line ${line} differs.`);
    }
  }),
);

test("an early end differs from an empty line", limit, () =>
  visiting(browser, {}, async (page) => {
    await enter(page, (await vector("app-notify-minimal")).given);
    const joined = `canonicalRequest:${CANONICAL.replaceAll("\n", "|")}`;
    for (const [text, line] of [
      [joined.slice(0, joined.indexOf("||host;")), 7],
      [`${joined}|`, 10],
    ]) {
      await theirs(page).fill(text);
      const [heading, marks, sentence] = await difference(page, "compare");
      assert.match(heading, new RegExp(`^Line ${line}, `));
      assert.deepEqual(marks, ["end", "end"]);
      assert.equal(sentence, "The line is empty on one side; the other one ended before it.");
    }
  }),
);

test("equal, stale and missing canonical requests are reported", limit, () =>
  visiting(browser, {}, async (page) => {
    await enter(page, (await vector("app-notify-minimal")).given);
    await says(page, "compare", "Nothing pasted yet.");
    for (const [text, finding] of [
      [CANONICAL, /^The service signed the same canonical request, so the app secret differs/],
      ["signature time:20251103T070140Z,server time:20251103T073140Z", /^The service refused the date, not the signature/],
      ["bad request", /^The message contains no canonical request/],
    ]) {
      await theirs(page).fill(text);
      assert.match(await page.locator("#compare-result .finding").innerText(), finding);
      assert.equal(await page.locator("#canonical-request .marked").count(), 0);
      await says(page, "compare", "No line differs.");
    }
    // A request with a token has no signature.
    await enter(page, { client: { token: "example-token" } });
    await says(page, "compare", "There is no signature to compare.");
    assert.match(await page.locator("#stages-result").innerText(), /No signature: .* there is no signature to explain/);
  }),
);

test("a canonical request of another date is compared with its own date, or the request is signed with that date", limit, () =>
  visiting(browser, {}, async (page) => {
    const { given, expected } = await vector("app-notify-minimal");
    await enter(page, given);
    await theirs(page).fill(CANONICAL.replace("0140Z", "0107Z"));
    assert.match(await page.locator("#compare-result .finding").innerText(), /the same canonical request/);
    assert.equal(await page.locator("#compare-result .hint").innerText(), "Compared with the X-Date 20251103T070107Z, pasted.");
    // The stages stay those of the shown request.
    assert.equal(await shown(page, "signature-value"), expected.signature);
    await field(page, "X-Date optional").fill("20251103T070140Z");
    assert.equal((await difference(page, "compare"))[0], "Line 5, CanonicalHeaders");
    assert.equal(await page.locator("#compare-result .hint").count(), 0);
    const button = page.getByRole("button", { name: "Sign with X-Date 20251103T070107Z" });
    await button.focus();
    await page.keyboard.press("Enter");
    assert.equal(await field(page, "X-Date optional").inputValue(), "20251103T070107Z");
    assert.match(await page.locator("#compare-result .finding").innerText(), /the same canonical request/);
    // The button is gone, and its section's heading has the focus.
    assert.equal(await page.evaluate(() => document.activeElement.textContent), "Compare");
  }),
);

/** Types a `response.json` into the three fields. */
async function paste(page, { status, headers, body }) {
  await page.getByLabel("Status").fill(String(status));
  await page.getByLabel("Headers").fill((headers ?? []).map((pair) => pair.join(": ")).join("\n"));
  await field(page, "Body").fill(body);
}

/** Returns name and value of each shown member of a reply. A value shown as missing is null. */
const facts = (page) =>
  page.locator("#response-result .facts > div").evaluateAll((rows) =>
    Object.fromEntries(
      rows.map((row) => {
        const [name, value] = row.children;
        return [name.textContent, value.className === "none" ? null : value.textContent];
      }),
    ),
  );

test("every reply of the vectors is shown unchanged", limit, () =>
  visiting(browser, {}, async (page) => {
    let [replies, errors, chosen] = [0, 0, ""];
    for (const [name, { given, expected }] of await vectors()) {
      const { call, response } = given;
      if (response === undefined || !["notifyPackageExpire", "getSpaceUsageByOverview", "rawCall"].includes(call.operation)) continue;
      // A text field cannot hold invalid UTF-8 or a carriage return.
      if (response.body === undefined || response.body.includes("\r")) continue;
      if (JSON.stringify(call) !== chosen) await enter(page, { call });
      chosen = JSON.stringify(call);
      await paste(page, response);
      const { error } = expected;
      const text = (value) => (value === null ? null : String(value));
      if (error) {
        errors++;
        assert.deepEqual(
          await facts(page),
          {
            class: error.kind === "api" ? "ApiError" : "UnreadableReplyError",
            kind: error.kind,
            outcome: error.outcome,
            retryable: text(error.retryable),
            status: text(error.status),
            code: error.code,
            "request id": error.requestId,
            "trace id": error.traceId,
            "retry after, seconds": text(error.retryAfter),
            msg: error.msg,
          },
          name,
        );
        continue;
      }
      replies++;
      const { status, code, msg, traceId, data } = expected.reply;
      const figures = data && {
        "total allocation, KB": data.totalAllocation,
        "total capacity, KB": data.totalCapacity,
        "total used, KB": data.totalUsed,
        "quota, GB": data.quota,
      };
      assert.deepEqual(await facts(page), { ...(status && { status: String(status) }), code, "trace id": traceId, msg, ...figures }, name);
    }
    assert.deepEqual({ replies, errors }, { replies: 37, errors: 122 });
  }),
);

test("a refusal says what to check, and where the service's canonical request differs", limit, () =>
  visiting(browser, {}, async (page) => {
    await enter(page, (await vector("error-401-signature")).given);
    await paste(page, (await vector("error-401-signature")).given.response);
    await says(page, "response", "ApiError: outcome refused.");
    assert.deepEqual(await difference(page, "response"), [
      "Line 4, CanonicalHeaders",
      ["i", "1"],
      "Character 6 is the first that differs. Signed here: “i” (U+0069); by the service: “1” (U+0031).",
    ]);
    const checks = await page.locator("#response-result .checks li").allInnerTexts();
    assert.equal(checks.length, 7);
    assert.equal(
      checks[0],
      "endpoint: compare https://intl.myhuaweicloud-koodrive.com/koodrive/ose/v1/carrier/users/notifyPackageExpire" +
        " with the base URL that your Huawei contact named",
    );
    assert.match(await page.locator("#response-result").innerText(), /What to check, in this order:/);
    // One message is alone, as in a log. One has a character that no text field shows.
    const { msg } = (await vector("error-401-signature")).expected.error;
    await paste(page, { status: 401, body: msg });
    assert.equal((await difference(page, "response"))[0], "Line 4, CanonicalHeaders");
    const message = `canonicalRequest:${CANONICAL.replace("id:150", "id:1\r50").replaceAll("\n", "|")}`;
    await paste(page, { status: 401, body: JSON.stringify({ error_code: "APIGW.0301", error_msg: message }) });
    assert.deepEqual((await difference(page, "response")).slice(0, 2), ["Line 6, CanonicalHeaders", ["5", "CR"]]);
    assert.match((await difference(page, "response"))[2], /by the service: a carriage return \(U\+000D\)/);
  }),
);

test("a raw call's query is compared line by line, and its refusal names method and path", limit, () =>
  visiting(browser, {}, async (page) => {
    const { given, expected } = await vector("raw-query-of-a-reconciliation");
    await enter(page, given);
    for (const [query, marks, at] of [
      // The query is typed unsorted, with an unescaped slash and plus.
      ["pageSize=100&pageCursor=a%2Fb%2Bc%3D%3D&batchNo=20251103", ["b", "p"], 1],
      ["batchNo=20251103&pageCursor=a/b+c==&pageSize=100", ["%", "/"], 30],
    ]) {
      const lines = expected.canonicalRequest.split("\n");
      lines[2] = query;
      await theirs(page).fill(lines.join("|"));
      assert.deepEqual((await difference(page, "compare")).slice(0, 2), ["Line 3, CanonicalQueryString", marks]);
      assert.match((await difference(page, "compare"))[2], new RegExp(`^Character ${at} is`));
      await paste(page, {
        status: 401,
        body: JSON.stringify({ error_code: "APIGW.0301", error_msg: `canonicalRequest:${lines.join("|")}` }),
      });
      assert.equal((await difference(page, "response"))[0], "Line 3, CanonicalQueryString");
    }
    await theirs(page).fill(expected.canonicalRequest);
    assert.match(await page.locator("#compare-result .finding").innerText(), /the same canonical request/);
    for (const name of ["raw-error-400", "raw-unreadable-202"]) {
      const { given, expected } = await vector(name);
      await enter(page, given);
      await paste(page, given.response);
      const [text, , ...checks] = expected.error.message.split("\n");
      assert.equal(await page.locator("#response-result .wrap").innerText(), text.replace(/^the/, "The"), name);
      const items = await page.locator("#response-result .checks li").allInnerTexts();
      assert.deepEqual(
        items,
        checks.map((check) => check.replace(/^\d\. /, "")),
        name,
      );
    }
    // The reply can be read while the query is wrong, and before there is a path.
    await field(page, "Query optional").fill("a");
    assert.match(await page.locator("#response-result .wrap").innerText(), /^The service answered PUT \/koodrive\/ose\/v1\/users\//);
    await enter(page, { call: { path: "" } });
    assert.match(await page.locator("#response-result .wrap").innerText(), /^The service answered PUT \/not-given with HTTP 202/);
  }),
);

test("a pasted response is split, with interim answers and any line ends", limit, () =>
  visiting(browser, { permissions: ["clipboard-read", "clipboard-write"] }, async (page) => {
    for (const [whole, status, headers, body] of [
      ["HTTP/1.1 200 OK\r\ndate: x\r\n\r\n{}", "200", "date: x", "{}"],
      ["HTTP/2 401 \ncontent-type: text/plain\nx-traceid: 7\n\none\n\ntwo", "401", "content-type: text/plain\nx-traceid: 7", "one\n\ntwo"],
      ["HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 503 Busy\r\nretry-after: 3\r\n\r\n", "503", "retry-after: 3", ""],
      ["HTTP/1.1 204 No Content\r\n\r\n", "204", "", ""],
      ["HTTP/1.1 204 No Content", "204", "", ""],
    ]) {
      await page.evaluate((text) => navigator.clipboard.writeText(text), whole);
      await page.getByLabel("Headers").press("ControlOrMeta+V");
      const values = await Promise.all(["Status", "Headers optional", "Body"].map((name) => field(page, name).inputValue()));
      assert.deepEqual(values, [status, headers, body], whole);
    }
    await page.getByText("The response was split into status, headers and body.").waitFor();
  }),
);

test("a reply is read without the other fields, and an unreadable one is reported", limit, () =>
  visiting(browser, {}, async (page) => {
    await says(page, "response", "No response yet.");
    await paste(page, { status: 200, body: '{"code":0,"msg":"Success."}' });
    assert.deepEqual(await facts(page), { code: "0", "trace id": null, msg: "Success." });
    await paste(page, { status: 401, body: "{}" });
    assert.match(await page.locator("#response-result").innerText(), /Signature not compared: appId: empty; pass at least one character/);
    for (const [response, said] of [
      [{ status: "", body: "{}" }, "Not read: status: not an HTTP status; pass a number from 100 to 999"],
      [{ status: "OK", body: "{}" }, "Not read: status: not an HTTP status; pass a number from 100 to 999"],
      [
        { status: 200, headers: [["date", "x"], ["no header"]], body: "{}" },
        "Not read: headers: line 2 is not a header; write name: value",
      ],
    ]) {
      await paste(page, response);
      await says(page, "response", said);
      assert.equal(await page.locator("#response-result").innerText(), "");
    }
  }),
);
