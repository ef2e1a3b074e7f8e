// Visits the workbench page as a user does: finds elements by label, fills them in, reads the
// results. Every visit also checks that the page loads only its own files, breaks no policy, and
// has no problems.
import assert from "node:assert/strict";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after } from "node:test";
import { assemble, serve } from "../../examples/workbench/serve.mjs";
import { require } from "../koodrive.mjs";
import { opening } from "../runtimes/browser.mjs";

/** The folder of the page's files. It is served while the tests of a file run. */
export const folder = await mkdtemp(join(tmpdir(), "koodrive-workbench-"));
await assemble(folder, dirname(require.resolve("koodrive/package.json")));
const { server, url: served } = await serve(folder);
export { served };
after(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

export const limit = { timeout: 60_000 };

export const PHONE = { width: 360, height: 740 };
export const DESKTOP = { width: 1280, height: 900 };

const FILES = [
  "difference.js",
  "example.js",
  "fields.js",
  "form.css",
  "form.js",
  "http.js",
  "icon.svg",
  "koodrive.js",
  "policy.js",
  "results.css",
  "results.js",
  "view.js",
  "workbench.css",
  "workbench.js",
];

const axe = createRequire(join(process.env.KOODRIVE_TOOLS, "package.json")).resolve("axe-core/axe.min.js");

/**
 * Makes a visit that begins with the first request. `options` are Playwright's for a context.
 * Problems that match `expected` are ignored.
 */
export const visiting = (browser, options, work, { url = served, expected = /^$/ } = {}) =>
  opening(browser, "about:blank", { viewport: DESKTOP, ...options }, async (page, problems) => {
    page.setDefaultTimeout(10_000);
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.addInitScript(() => {
      globalThis.violations = [];
      document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) => violations.push(effectiveDirective));
    });
    await page.addInitScript({ path: axe });
    await page.goto(url, { waitUntil: "load" });
    await work(page);
    assert.deepEqual(
      problems.filter((problem) => !expected.test(problem)),
      [],
    );
    if (expected.source === "^$") {
      assert.deepEqual(await page.evaluate(() => violations), []);
      const own = FILES.map((file) => `${url}${file}`);
      assert.deepEqual(
        asked.filter((file) => file !== url && !own.includes(file)),
        [],
      );
      assert.ok(asked.includes(`${url}koodrive.js`));
    }
  });

/** The labels of the request's fields, by the names in the vectors. */
const LABELS = {
  userId: "User id X-User-Id",
  appId: "App id",
  appSecret: "App secret",
  token: "Token",
  authorization: "Authorization value",
  carrierUserId: "carrierUserId",
  packageId: "packageId",
  undocumentedType: "Undocumented type",
  path: "Path",
  query: "Query optional",
  json: "JSON body optional",
  now: "Now optional",
  date: "X-Date optional",
  traceId: "Trace id optional",
};

export const field = (page, label) =>
  page
    .getByRole("textbox", { name: label, exact: true })
    .or(page.getByLabel(label, { exact: true }).and(page.locator("input[type=password]")));

/**
 * Fills in the `given` of a conformance case, or a part of it. A raw call without a query or a body
 * empties their fields.
 */
export async function enter(page, { client = {}, call: given = {}, options = {} }) {
  const call = given.operation === "rawCall" ? { query: [], json: "", ...given } : given;
  if (client.endpoint !== undefined) await chooseEndpoint(page, client);
  for (const [way, name] of [
    ["token", "Token"],
    ["authorization", "Authorization"],
    ["appId", "App id"],
  ]) {
    if (client[way] !== undefined) await page.getByRole("radio", { name, exact: true }).check();
  }
  if (call.operation) await page.getByRole("radio", { name: call.operation, exact: true }).check();
  if (call.method) await page.getByRole("combobox", { name: "Method" }).selectOption(call.method);
  for (const [name, value] of Object.entries({ ...client, ...call, ...options })) {
    if (LABELS[name]) await field(page, LABELS[name]).fill(typed(name, value));
  }
}

/** Returns what a visitor types for a value of the vectors. A query is a list of pairs there. */
const typed = (name, value) => (name === "query" ? value.map((pair) => pair.join("=")).join("\n") : String(value));

/**
 * Returns a text of the vectors as JavaScript has it: options stand in braces and snake case there.
 */
const spelled = (text) => text.replace(/\{([a-z_]+)\}/g, (_, name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()));

async function chooseEndpoint(page, { endpoint, allowPlainHttp }) {
  const select = page.getByRole("combobox", { name: "Endpoint" });
  const published = await select.locator("option").allTextContents();
  await select.selectOption(published.includes(endpoint) ? endpoint : "own");
  if (published.includes(endpoint)) return;
  await field(page, "Own endpoint").fill(endpoint);
  if (allowPlainHttp) await page.getByRole("checkbox", { name: "Allow plain http" }).check();
}

/** Returns the text in a box, line by line as shown, or null without such a box. */
export async function shown(page, id) {
  if ((await page.locator(`#${id}`).count()) === 0) return null;
  const lines = await page.locator(`#${id} > .line`).allTextContents();
  return lines.map((line) => (line === "\n" ? "" : line)).join("\n");
}

/** Returns the clipboard after a click on the button that copies `what`. */
export async function copied(page, what) {
  await page.getByRole("button", { name: `Copy ${what}`, exact: true }).click();
  await page.getByText("Copied.").waitFor();
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Waits until a section's status says `text`: it speaks when typing pauses. */
export const says = (page, section, text) => page.locator(`#${section}-status`).filter({ hasText: text }).waitFor();

/** Returns all conformance cases by name, with their errors' messages in JavaScript's spelling. */
export async function vectors() {
  const folder = process.env.KOODRIVE_VECTORS;
  const cases = new Map();
  for (const file of await readdir(folder)) {
    if (!file.endsWith(".json") || file === "index.json") continue;
    for (const one of JSON.parse(await readFile(join(folder, file), "utf8")).cases) {
      const { error } = one.expected;
      if (error) error.message = spelled(error.message);
      cases.set(one.name, one);
    }
  }
  return cases;
}

export async function vector(name) {
  const found = (await vectors()).get(name);
  assert.ok(found, `there is no case ${name}`);
  return found;
}
