// Tests the page itself: keyboard, secrets, policy, width, colour schemes, accessibility, servers.
import assert from "node:assert/strict";
import { basename, dirname } from "node:path";
import { after, before, test } from "node:test";
import { launch, serving } from "../runtimes/browser.mjs";
import { DESKTOP, enter, field, folder, limit, PHONE, says, served, shown, vector, visiting } from "./page.mjs";

let browser;
before(async () => {
  browser = await launch();
}, limit);
after(() => browser.close(), limit);

/** Returns the accessible name of the focused element, and whether its focus is visible. */
const focused = (page) =>
  page.evaluate(() => {
    const element = document.activeElement;
    const outlined = [element, element.closest(".choice")].filter(Boolean).map((one) => getComputedStyle(one));
    const label = element.labels?.[0]?.textContent ?? element.textContent;
    return {
      name: element === document.body ? null : label.trim().replace(/\s+/g, " "),
      visible: outlined.some(({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 2),
    };
  });

/** Presses Tab from the top of the page until the focus leaves it. */
async function tabStops(page) {
  const names = [];
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const { name, visible } = await focused(page);
    if (name === null) return names;
    assert.ok(visible, `the focus on ${name} cannot be seen`);
    names.push(name);
  }
  throw new Error(`the focus is trapped: ${names.join(", ")}`);
}

test("every control is reached by keyboard in reading order, with a visible focus", limit, () =>
  visiting(browser, {}, async (page) => {
    const stops = ["Request", "Compare", "Response", "Check that", "Example", "Clear all", "Endpoint", "User id X-User-Id", "App id"];
    stops.push("App id", "App secret", "Show secrets", "notifyPackageExpire", "carrierUserId", "packageId", "Undocumented type");
    stops.push("Now optional", "X-Date optional", "Trace id optional", "New id", "Sign anew");
    const rest = ["Canonical request to compare with", "Status", "Headers optional", "Body"];
    assert.deepEqual(await tabStops(page), [...stops, ...rest]);
    // Tab continues from the checked radio button.
    await page.getByRole("radio", { name: "rawCall" }).check();
    const raw = ["Method", "Path", "Query optional", "JSON body optional", "Now optional"];
    assert.deepEqual((await tabStops(page)).slice(0, raw.length), raw);
    await page.getByRole("radio", { name: "notifyPackageExpire" }).check();
    await page.getByRole("button", { name: "Example" }).click();
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("Home");
    const copies = ["HTTP request", "curl command", "canonical request"].map((what) => `Copy the ${what}`);
    copies.push("Copy its SHA-256", "Copy the string to sign", "Copy the signature");
    assert.deepEqual((await tabStops(page)).slice(-rest.length - copies.length), [...copies, ...rest]);
  }),
);

test("a request is built and signed with the keyboard alone", limit, () =>
  visiting(browser, {}, async (page) => {
    const { client, call } = (await vector("app-get-minimal")).given;
    const to = async (name) => {
      for (let presses = 0; presses < 30; presses++) {
        await page.keyboard.press("Tab");
        if ((await focused(page)).name === name) return;
      }
      throw new Error(`no way to ${name}`);
    };
    await to("User id X-User-Id");
    await page.keyboard.type(client.userId);
    await to("App id");
    await page.keyboard.press("ArrowRight");
    await says(page, "request", "No request: token: empty");
    await page.keyboard.press("ArrowLeft");
    await to("App id");
    await page.keyboard.type(client.appId);
    await to("App secret");
    await page.keyboard.type(client.appSecret);
    await to("notifyPackageExpire");
    await page.keyboard.press("ArrowDown");
    assert.equal((await focused(page)).name, call.operation);
    await to("Now optional");
    await page.keyboard.type("20251103T070145Z");
    await page.keyboard.press("Enter");
    assert.equal(await shown(page, "signature-value"), "98e725d4a7965d5aebb936c98825cf080c3252f6fc7fe622bbe189fd0ae8fe6c");
    await says(page, "request", "Built at 2025-11-03T07:01:45.000Z");
  }),
);

test("secrets are masked until the visitor shows them", limit, () =>
  visiting(browser, {}, async (page) => {
    const everything = () =>
      page.evaluate(() =>
        [
          document.documentElement.outerHTML,
          location.href,
          document.cookie,
          ...Object.values({ ...localStorage, ...sessionStorage }),
        ].join(),
      );
    for (const [name, secret] of [
      ["app-notify-minimal", "example-app-secret-not-real"],
      ["token-notify-minimal", "ABCDEFG-example-token"],
      ["authorization-verbatim", (await vector("authorization-verbatim")).given.client.authorization],
    ]) {
      const isApp = name === "app-notify-minimal";
      await enter(page, (await vector(name)).given);
      assert.ok(!(await everything()).includes(secret), name);
      const header = async () => /^authorization: (.*)$/m.exec(await shown(page, "http"))[1];
      assert.equal((await header()) === "***", !isApp, name);
      assert.equal(await page.locator("input[type=password]:visible").count(), 1);
      const toggle = page.getByRole("checkbox", { name: "Show secrets" });
      await toggle.check();
      assert.equal(await page.locator("input[type=password]:visible").count(), 0);
      if (!isApp) assert.ok((await header()).includes(secret), name);
      if (!isApp) assert.ok((await shown(page, "curl")).includes(secret), name);
      // An app secret never leaves its field.
      else assert.ok(!(await everything()).includes(secret));
      await toggle.uncheck();
      assert.ok(!(await everything()).includes(secret), name);
    }
    await page.getByRole("button", { name: "Clear all" }).click();
    const values = await page
      .locator("input:not([type=radio], [type=checkbox]), textarea")
      .evaluateAll((all) => all.map(({ value }) => value).join(""));
    assert.equal(values, "");
    assert.equal(await page.evaluate(async () => (await indexedDB.databases()).length), 0);
  }),
);

test("the browser stores, corrects and checks no field elsewhere, and cannot submit the forms", limit, () =>
  visiting(browser, {}, async (page) => {
    const careless = await page
      .locator("input, select, textarea")
      .evaluateAll((all) =>
        all
          .filter(({ form, spellcheck }) => form?.autocomplete !== "off" || form.autocapitalize !== "none" || spellcheck)
          .map(({ id }) => id),
      );
    assert.deepEqual(careless, []);
    await page.getByRole("button", { name: "Example" }).click();
    const before = page.url();
    await field(page, "packageId").press("Enter");
    await page.getByLabel("Status").press("Enter");
    assert.equal(page.url(), before);
  }),
);

test("the browser refuses every request, and a visitor can try it", limit, () =>
  visiting(
    browser,
    {},
    async (page) => {
      const policy = await page.locator("meta[http-equiv=Content-Security-Policy]").getAttribute("content");
      assert.match(policy, /^default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self'; /);
      assert.doesNotMatch(policy, /connect-src|unsafe-inline|'unsafe-eval'|https?:|\*/);
      await page.getByText("Check that", { exact: true }).click();
      assert.equal((await page.locator("#policy").innerText()).replaceAll("\n", " "), policy);
      await page.getByRole("button", { name: "Try to send something" }).click();
      await page.getByText("Refused by the browser: connect-src.").waitFor();
      assert.deepEqual(await page.evaluate(() => violations), ["connect-src"]);
      // These are the other ways in which a script could send data.
      const ways = await page.evaluate(async (target) => {
        const failed = [];
        const attempt = (name, work) =>
          Promise.resolve()
            .then(work)
            .then(
              () => failed.push(name),
              () => {},
            );
        await attempt("fetch", () => fetch(target, { mode: "no-cors" }));
        await attempt(
          "image",
          () => new Promise((done, refused) => Object.assign(new Image(), { onload: done, onerror: refused, src: target })),
        );
        await attempt(
          "event source",
          () => new Promise((done, refused) => Object.assign(new EventSource(target), { onopen: done, onerror: refused })),
        );
        navigator.sendBeacon(target, "x");
        const request = new XMLHttpRequest();
        request.open("GET", target);
        await attempt(
          "xhr",
          () => new Promise((done, refused) => (Object.assign(request, { onload: done, onerror: refused }), request.send())),
        );
        await attempt("markup", () => (document.body.innerHTML = "<p>"));
        return failed;
      }, process.env.KOODRIVE_ENDPOINT);
      assert.deepEqual(ways, []);
      assert.equal(new Set(await page.evaluate(() => violations)).size, 3, "connect-src, img-src, require-trusted-types-for");
    },
    { expected: /Content Security Policy|csp|violates|TrustedHTML/i },
  ),
);

/** The states of the page, each with everything that could be too wide or too faint. */
const STATES = {
  empty: async () => {},
  example: (page) => page.getByRole("button", { name: "Example" }).click(),
  "long values": async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    const long = (await vector("id-of-four-kilobytes")).given.call.carrierUserId;
    await enter(page, { client: { userId: long }, call: { carrierUserId: long }, options: { date: "20251103T070140Z" } });
    await page.getByLabel("Canonical request to compare with").fill(`POST|/${long}||host:${long}|x-date:1|x-user-id:2||host|${long}`);
    await field(page, "Body").fill(`{"error_msg":"${long}"}`);
    await page.getByText("Check that", { exact: true }).click();
  },
  "a raw call": async (page) => {
    await enter(page, (await vector("raw-query-of-a-reconciliation")).given);
    const long = "x".repeat(200);
    await enter(page, {
      call: {
        method: "PUT",
        path: `/${long}`,
        query: [
          ["a", long],
          [long, ""],
        ],
        json: JSON.stringify({ [long]: long }),
      },
    });
    await page.getByLabel("Status").fill("200");
    await field(page, "Body").fill("{}");
  },
  "a raw call's errors": async (page) => {
    await enter(page, { call: { operation: "rawCall", path: "koodrive", query: [["none"]], json: "{" } });
    await page.getByRole("button", { name: "Sign anew" }).click();
  },
  "a space usage": async (page) => {
    await enter(page, (await vector("app-get-minimal")).given);
    const figure = "9007199254740993".repeat(4);
    await page.getByLabel("Status").fill("200");
    await field(page, "Body").fill(`{"code":0,"data":{"totalAllocation":${figure},"totalUsed":${figure},"quota":"5"}}`);
  },
  errors: async (page) => {
    await enter(page, {
      client: { endpoint: "http://gateway.example", userId: " 7", token: "" },
      call: { carrierUserId: "", undocumentedType: "2" },
    });
    await enter(page, { options: { traceId: "short", now: "now", date: "then" } });
    await page.getByLabel("Status").fill("none");
    await page.getByRole("button", { name: "Sign anew" }).click();
  },
};

for (const colorScheme of ["light", "dark"]) {
  test(`${colorScheme}: the page fits and is accessible at any width`, limit, () =>
    visiting(browser, { colorScheme }, async (page) => {
      for (const [name, prepare] of Object.entries(STATES)) {
        await page.getByRole("button", { name: "Clear all" }).click();
        await prepare(page);
        // The live regions have spoken by then.
        await page.waitForTimeout(300);
        for (const viewport of [DESKTOP, { width: 960, height: 700 }, { width: 600, height: 700 }, PHONE, { width: 320, height: 600 }]) {
          await page.setViewportSize(viewport);
          const [wide, inner] = await page.evaluate(() => [document.scrollingElement.scrollWidth, innerWidth]);
          assert.ok(wide <= inner, `${name} is ${wide} wide in ${inner}`);
        }
        for (const viewport of name === "example" ? [PHONE, DESKTOP] : [DESKTOP]) {
          await page.setViewportSize(viewport);
          const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
          const found = violations.map(
            ({ id, nodes }) => `${id}: ${nodes.map(({ html, failureSummary }) => `${html} ${failureSummary}`).join("\n")}`,
          );
          assert.deepEqual(found, [], `${name} at ${viewport.width}`);
        }
      }
    }),
  );
}

test("fast typing is announced once, when it pauses", limit, () =>
  visiting(browser, {}, async (page) => {
    await page.getByRole("button", { name: "Example" }).click();
    await says(page, "request", "Built at");
    await page.evaluate(() => {
      globalThis.heard = [];
      const region = document.getElementById("request-status");
      new MutationObserver(() => heard.push(region.textContent)).observe(region, { childList: true });
    });
    await field(page, "User id X-User-Id").fill("");
    await field(page, "User id X-User-Id").pressSequentially("1505", { delay: 5 });
    await page.waitForTimeout(500);
    // A busy machine may pause once by itself.
    const heard = await page.evaluate(() => globalThis.heard);
    assert.ok(heard.length === 1 || heard.length === 2, JSON.stringify(heard));
    assert.match(heard.at(-1), /^Built at/);
  }),
);

test("any static host serves the page: below a path, with other headers, with its files alone", limit, () => {
  return serving(dirname(folder), { "cross-origin-opener-policy": "same-origin" }, (host) =>
    visiting(
      browser,
      {},
      async (page) => {
        await page.getByRole("button", { name: "Example" }).click();
        assert.equal(await shown(page, "signature-value"), "085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac");
        assert.equal(await page.locator("#not-running").count(), 0);
      },
      { url: `${host}/${basename(folder)}/` },
    ),
  );
});

test("without its script the page says so", limit, () =>
  visiting(
    browser,
    { javaScriptEnabled: false },
    async (page) => {
      assert.match(await page.locator("#not-running").innerText(), /script is not running/);
    },
    { expected: /./ },
  ),
);

test("`npm run workbench` serves the page's files and nothing else", limit, async () => {
  const get = async (path) => {
    const response = await fetch(`${served}${path}`);
    return [response.status, response.headers.get("content-type"), (await response.text()).length > 0];
  };
  assert.deepEqual(await get(""), [200, "text/html; charset=utf-8", true]);
  assert.deepEqual(await get("koodrive.js?x=1"), [200, "text/javascript; charset=utf-8", true]);
  assert.deepEqual(await get("workbench.css"), [200, "text/css; charset=utf-8", true]);
  assert.deepEqual(await get("icon.svg"), [200, "image/svg+xml; charset=utf-8", true]);
  assert.deepEqual(await get("THIRD-PARTY-LICENSES"), [200, "text/plain; charset=utf-8", true]);
  for (const path of [
    "README.md",
    "screenshot.png",
    "none.js",
    "..%2f..%2fCargo.toml",
    "%2e%2e/Cargo.toml",
    "a/../index.html%00",
    "serve.mjs",
  ]) {
    assert.equal((await get(path))[0], 404, path);
  }
});
