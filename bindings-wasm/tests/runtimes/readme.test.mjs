// Runs the package's README in the hosts that its blocks name: `js workerd` in workerd,
// `js browser` in Chromium under the policy of the `http` block. tests/readme runs the others.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { launch, opening, serving as servingFiles } from "./browser.mjs";
import { endpoint, limit, project } from "./project.mjs";
import { bundle, serving } from "./workerd.mjs";

const { KOODRIVE_USER_ID, KOODRIVE_TOKEN } = process.env;
const readme = await readFile(join(import.meta.dirname, "../../README.md"), "utf8");

/** Returns the code of the only block that begins so. */
function block(language) {
  const blocks = [...readme.matchAll(/^```(.*)\n([^]*?)^```$/gm)].filter(([, word]) => word === language);
  assert.equal(blocks.length, 1, language);
  return blocks[0][2];
}

/** The sandbox's default usage in KB. */
const USAGE = { totalAllocation: "5368709120", totalCapacity: "10737418240", totalUsed: "1073741824", quota: "10240" };

/** Returns the answer of the README's Worker with `token`. */
const worker = (token) =>
  project(async (folder) => {
    await writeFile(join(folder, "workerd.mjs"), block("js workerd"));
    await bundle(folder, ["workerd"]);
    const answer = async (url) => {
      const response = await fetch(url);
      return { status: response.status, body: await response.json() };
    };
    return serving(folder, answer, { KOODRIVE_ENDPOINT: endpoint, KOODRIVE_USER_ID, KOODRIVE_TOKEN: token });
  });

test("README, the Worker", limit, async () => {
  const { status, body } = await worker(KOODRIVE_TOKEN);
  assert.equal(status, 200);
  assert.deepEqual(body, USAGE);
  assert.deepEqual(await worker("not-the-token"), { status: 502, body: { kind: "api", outcome: "refused" } });
});

test("README, the page, under the policy that it names", limit, () =>
  project(async (folder) => {
    await writeFile(join(folder, "page.mjs"), block("js browser"));
    await build({
      absWorkingDir: folder,
      entryPoints: ["page.mjs"],
      outfile: "bundle.js",
      bundle: true,
      format: "esm",
      logLevel: "silent",
    });
    const fields = ["endpoint", "userId", "token"].map((name) => `<input name="${name}">`).join("");
    const form = `<form>${fields}<button>Read</button></form><output></output>`;
    await writeFile(
      join(folder, "index.html"),
      `<!doctype html><title>koodrive</title>${form}<script type="module" src="/bundle.js"></script>`,
    );
    const [name, policy] = block("http").trim().split(": ");
    // The sandbox replaces the page's other site.
    const headers = { [name]: policy.replace("https://gateway.example", endpoint) };
    assert.notEqual(headers[name], policy);
    const browser = await launch();
    try {
      await servingFiles(folder, headers, (url) =>
        opening(browser, url, {}, async (page, problems) => {
          page.setDefaultTimeout(limit.timeout);
          for (const [name, value] of Object.entries({ endpoint, userId: KOODRIVE_USER_ID, token: KOODRIVE_TOKEN })) {
            await page.fill(`[name=${name}]`, value);
          }
          await page.click("button");
          await page.waitForFunction(() => document.querySelector("output").value !== "");
          assert.equal(await page.textContent("output"), `${USAGE.totalUsed} of ${USAGE.totalCapacity} KB are used`);
          assert.deepEqual(problems, []);
        }),
      );
    } finally {
      await browser.close();
    }
  }),
);
