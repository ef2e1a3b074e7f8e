// Tests the tests' own tools: a failing page must not pass for a working one.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { launch, opening, serving } from "./browser.mjs";

const limit = { timeout: 60_000 };
let browser;
let folder;
before(async () => {
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), "koodrive-page-"));
}, limit);
after(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
}, limit);

/** Returns the value that a page with this script leaves in `seen`, and its problems. */
async function page(script, headers = {}) {
  await writeFile(
    join(folder, "index.html"),
    '<!doctype html><html lang="en"><title>page</title><script type="module" src="page.js"></script></html>',
  );
  await writeFile(join(folder, "page.js"), script);
  return serving(folder, headers, (url) =>
    opening(browser, url, {}, async (page, problems) => ({ seen: await page.evaluate(() => globalThis.seen), problems })),
  );
}

test("a page is served and its script runs", limit, async () => {
  const { seen, problems } = await page("globalThis.seen = document.title");
  assert.equal(seen, "page");
  assert.deepEqual(problems, []);
});

test("problems of a page are collected", limit, async () => {
  const { problems } = await page('console.error("one"); console.warn("two"); import("./missing.js"); throw new Error("three")');
  const all = problems.join("\n");
  for (const word of ["error: one", "warning: two", "404", "exception: Error: three"]) assert.ok(all.includes(word), all);
});

test("the given headers are sent", limit, async () => {
  const { seen, problems } = await page("globalThis.seen = 1", { "content-security-policy": "default-src 'none'" });
  assert.equal(seen, undefined);
  assert.match(problems.join("\n"), /Content Security Policy/);
});

test("only files in the folder are served", limit, () =>
  serving(folder, {}, async (url) => {
    assert.equal((await fetch(`${url}/..%2f..%2f..%2fetc%2fhostname`)).status, 404);
    assert.equal((await fetch(`${url}/index.html`)).status, 200);
  }),
);
