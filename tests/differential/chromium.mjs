// The cases of a file through the npm package in Chromium: chromium.mjs CASES RESULTS. KOODRIVE_NPM
// names a folder that has the package installed, of which the page loads what a bundler would put
// into it.
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { launch, opening, serving } from "../../bindings-wasm/tests/runtimes/browser.mjs";

const [cases, results] = process.argv.slice(2);
const PAGE = `<!doctype html>
<html lang="en">
<title>koodrive</title>
<script type="module">
  import * as koodrive from "./index.js";
  import { outcome } from "./outcome.mjs";
  globalThis.outcomes = (lines) => lines.map((line) => outcome(koodrive, JSON.parse(line)));
</script>
</html>
`;

const folder = mkdtempSync(join(tmpdir(), "koodrive-differential-"));
const browser = await launch();
try {
  copyFileSync(join(process.env.KOODRIVE_NPM, "node_modules/koodrive/dist/index.js"), join(folder, "index.js"));
  copyFileSync(join(import.meta.dirname, "outcome.mjs"), join(folder, "outcome.mjs"));
  writeFileSync(join(folder, "index.html"), PAGE);
  const lines = readFileSync(cases, "utf8").trimEnd().split("\n");
  const found = await serving(folder, {}, (url) =>
    opening(browser, url, {}, async (page, problems) => {
      const all = await page.evaluate((lines) => globalThis.outcomes(lines), lines);
      if (problems.length > 0) throw new Error(problems.join("\n"));
      return all;
    }),
  );
  writeFileSync(results, found.map((line) => `${line}\n`).join(""));
} finally {
  await browser.close();
  rmSync(folder, { recursive: true });
}
