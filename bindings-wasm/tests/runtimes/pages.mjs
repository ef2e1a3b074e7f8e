// Writes pages of a project, opens them in Chromium, and checks their problems.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { opening } from "./browser.mjs";
import { endpoint, limit } from "./project.mjs";

/** The policy of a careful site: its own scripts, WebAssembly, and the service. */
export const STRICT = {
  "content-security-policy": `default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src ${endpoint}`,
};

/** Writes page.html, which runs `script` of the same site. `head` comes before the script. */
export const writePage = (folder, script, head = "") =>
  writeFile(
    join(folder, "page.html"),
    `<!doctype html>\n<html lang="en">\n<title>koodrive</title>\n${head}<script type="module" src="${script}"></script>\n</html>\n`,
  );

/**
 * Opens page.html. Returns its script's result or error, its problems, and the files that it
 * loaded.
 */
export async function open(browser, url, address = endpoint) {
  const wanted = `${url}/page.html?endpoint=${encodeURIComponent(address)}`;
  return opening(browser, wanted, {}, async (page, problems) => {
    page.setDefaultTimeout(limit.timeout);
    const loaded = () => performance.getEntriesByType("resource").map(({ name }) => new URL(name).pathname);
    const [told, failed] = await page.evaluate(() =>
      Promise.resolve(globalThis.told).then(
        (told) => [told],
        ({ name, message }) => [undefined, { name, message }],
      ),
    );
    return { told, failed, problems, loaded: await page.evaluate(loaded) };
  });
}

/**
 * Checks that the console has no problem but the scenario's one refusal, which Chromium reports.
 */
export const assertNoProblems = (problems) =>
  assert.deepEqual(problems, ["error: Failed to load resource: the server responded with a status of 401 (Unauthorized)"]);
