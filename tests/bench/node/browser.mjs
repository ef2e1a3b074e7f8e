// `node browser.mjs` opens a page in Chromium for each peer and prints the page's figure.
// KOODRIVE_TOOLS is the folder of the runtimes' tests, which open pages as well.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { print } from "./harness.mjs";

const { launch, opening, serving } = await import(pathToFileURL(join(process.env.KOODRIVE_TOOLS, "browser.mjs")));

const site = mkdtempSync(join(import.meta.dirname, "site-"));
const browser = await launch();
try {
  for (const file of ["webcrypto", "koodrive"]) {
    const folder = join(site, file);
    mkdirSync(folder);
    const contents = `
      import { CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT } from "./case.mjs";
      import { checked, time } from "./harness.mjs";
      import * as loaded from "./peers/${file}.mjs";
      const { peer, signed } = await checked(loaded);
      globalThis.measured = { peer, value: await time(() => signed(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT)) };`;
    await build({
      stdin: { contents, resolveDir: import.meta.dirname },
      outfile: join(folder, "page.js"),
      bundle: true,
      format: "esm",
      target: "es2022",
      // mitata imports it in Bun only.
      external: ["bun:jsc"],
    });
    writeFileSync(join(folder, "index.html"), '<!doctype html><meta charset="utf-8"><script type="module" src="page.js"></script>\n');
    const { peer, value } = await serving(folder, {}, (url) =>
      opening(browser, url, {}, async (page, problems) => {
        const found = await page.waitForFunction(() => globalThis.measured, undefined, { timeout: 60_000 });
        assert.deepEqual(problems, []);
        return found.jsonValue();
      }),
    );
    print("signed request", peer, "ns", value);
  }
} finally {
  await browser.close();
  rmSync(site, { recursive: true });
}
