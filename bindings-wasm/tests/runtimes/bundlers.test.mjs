// Runs bundlers with their default settings. The package must need no plugin and no option, and
// must cause no warning. Chromium opens the output.
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { build as esbuild } from "esbuild";
import { build as viteBuild, createLogger, createServer } from "vite";
import webpack from "webpack";
import { launch, serving } from "./browser.mjs";
import { assertScenario } from "./expected.mjs";
import { STRICT, assertNoProblems, open, writePage } from "./pages.mjs";
import { endpoint, limit, project, runProgram } from "./project.mjs";

let browser;
before(async () => (browser = await launch()), limit);
after(() => browser.close(), limit);

/** Returns a logger for Vite that keeps warnings and errors. */
function quietly() {
  const warnings = [];
  const logger = createLogger("silent");
  for (const level of ["warn", "warnOnce", "error"]) logger[level] = (message) => warnings.push(`${level}: ${message}`);
  return { logger, warnings };
}

/** Opens a page of a built site under a strict Content-Security-Policy and checks the scenario. */
async function assertSiteWorks(folder) {
  const { told, failed, problems } = await serving(folder, STRICT, (url) => open(browser, url));
  assert.equal(failed, undefined);
  await assertScenario(told);
  assertNoProblems(problems);
}

test("esbuild, opened in Chromium", limit, () =>
  project(async (folder) => {
    const site = join(folder, "site");
    const { warnings } = await esbuild({
      absWorkingDir: folder,
      entryPoints: ["page.mjs"],
      outdir: site,
      bundle: true,
      minify: true,
      format: "esm",
      logLevel: "silent",
    });
    assert.deepEqual(warnings, []);
    await writePage(site, "/page.js");
    await assertSiteWorks(site);
  }),
);

test("esbuild for Node, run by Node", limit, () =>
  project(async (folder) => {
    const { warnings } = await esbuild({
      absWorkingDir: folder,
      entryPoints: ["program.mjs"],
      outfile: "bundled/program.mjs",
      bundle: true,
      format: "esm",
      platform: "node",
      logLevel: "silent",
    });
    assert.deepEqual(warnings, []);
    // The bundle runs without the package beside it.
    const { told } = await runProgram(process.execPath, ["program.mjs", endpoint], join(folder, "bundled"));
    await assertScenario(told);
  }),
);

test("Vite's build, opened in Chromium", limit, () =>
  project(async (folder) => {
    await writePage(folder, "/page.mjs");
    const { logger, warnings } = quietly();
    await viteBuild({
      root: folder,
      configFile: false,
      customLogger: logger,
      build: {
        outDir: "site",
        rolldownOptions: { input: join(folder, "page.html") },
        // The limit is in kB. The page also holds the sandbox, and Vite warns about chunks above
        // 500.
        chunkSizeWarningLimit: 1200,
      },
    });
    assert.deepEqual(warnings, []);
    await assertSiteWorks(join(folder, "site"));
  }),
);

test("Vite's development server, opened in Chromium", limit, () =>
  project(async (folder) => {
    // Without an icon of its own the page asks for one that the server does not have.
    await writePage(folder, "/page.mjs", '<link rel="icon" href="data:,">\n');
    const { logger, warnings } = quietly();
    const server = await createServer({
      root: folder,
      configFile: false,
      customLogger: logger,
      server: { host: "127.0.0.1", port: 0 },
    });
    try {
      await server.listen();
      const { told, failed, problems, loaded } = await open(browser, `http://127.0.0.1:${server.httpServer.address().port}`);
      assert.equal(failed, undefined);
      await assertScenario(told);
      assertNoProblems(problems);
      // The dependency optimiser has bundled the package. Many packages lose their .wasm in this
      // step.
      for (const name of ["koodrive.js", "koodrive_sandbox.js"]) {
        assert.ok(loaded.includes(`/node_modules/.vite/deps/${name}`), loaded.join("\n"));
      }
    } finally {
      await server.close();
    }
    assert.deepEqual(warnings, []);
  }),
);

test("webpack, opened in Chromium", limit, () =>
  project(async (folder) => {
    const site = join(folder, "site");
    const compiler = webpack({
      mode: "production",
      context: folder,
      entry: "./page.mjs",
      output: { path: site, filename: "page.js" },
      // webpack warns above 244 KiB before compression, and this page also holds the sandbox. The
      // suite sizes checks the package's size.
      performance: { hints: false },
    });
    const stats = await new Promise((resolve, reject) => compiler.run((error, stats) => (error ? reject(error) : resolve(stats))));
    await new Promise((closed) => compiler.close(closed));
    const { errors, warnings } = stats.toJson({ all: false, errors: true, warnings: true });
    assert.deepEqual({ errors, warnings }, { errors: [], warnings: [] });
    await writePage(site, "/page.js");
    await assertSiteWorks(site);
  }),
);
