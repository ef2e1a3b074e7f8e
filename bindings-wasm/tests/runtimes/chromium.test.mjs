// Runs the scenario in Chromium with the package's files as they are, without a bundler.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, serving } from "./browser.mjs";
import { assertScenario } from "./expected.mjs";
import { STRICT, assertNoProblems, open, writePage } from "./pages.mjs";
import { limit, project } from "./project.mjs";

let browser;
before(async () => (browser = await launch()), limit);
after(() => browser.close(), limit);

/** Opens a page with that script of project/. */
const page = (script, headers, head, address) =>
  project(async (folder) => {
    await writePage(folder, script, head);
    return serving(folder, headers, (url) => open(browser, url, address));
  });

test("Chromium, files under a strict Content-Security-Policy", limit, async () => {
  const { told, failed, problems, loaded } = await page("/raw.mjs", STRICT);
  assert.equal(failed, undefined);
  await assertScenario(told);
  assertNoProblems(problems);
  // Each entry is one file and fetches no other.
  const dist = "/node_modules/koodrive/dist/";
  const files = loaded.filter((path) => path.startsWith(dist)).map((path) => path.slice(dist.length));
  assert.deepEqual(files.sort(), ["index.js", "sandbox.js"]);
});

test("Chromium, import map", limit, async () => {
  const dist = "/node_modules/koodrive/dist";
  const map = { imports: { koodrive: `${dist}/index.js`, "koodrive/sandbox": `${dist}/sandbox.js` } };
  const { told, problems } = await page("/page.mjs", {}, `<script type="importmap">${JSON.stringify(map)}</script>\n`);
  await assertScenario(told);
  assertNoProblems(problems);
});

test("Chromium, in a worker under a strict Content-Security-Policy", limit, async () => {
  const { told, problems } = await page("/in-worker.mjs", STRICT);
  await assertScenario(told);
  // The refusal is on the worker's own console.
  assert.deepEqual(problems, []);
});

test("Chromium, the error on a page that forbids WebAssembly names the policy to allow", limit, async () => {
  const policy = STRICT["content-security-policy"].replace(" 'wasm-unsafe-eval'", "");
  const { told, failed } = await page("/raw.mjs", { "content-security-policy": policy });
  assert.equal(told, undefined);
  assert.match(failed.message, /^koodrive cannot compile .* Content-Security-Policy must have 'wasm-unsafe-eval' in script-src/);
});

test("Chromium, a server without CORS leaves the outcome unknown", limit, () =>
  project((folder) =>
    serving(folder, {}, async (withoutCors) => {
      const { told } = await page("/unreachable.mjs", {}, "", withoutCors);
      assert.deepEqual(told, {
        name: "OutcomeUnknownError",
        kind: "outcome_unknown",
        outcome: "unknown",
        retryable: false,
        recognised: true,
        cause: "TypeError",
      });
    }),
  ),
);
