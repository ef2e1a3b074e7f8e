// Runs the tests of this folder: `npm test`. With `-- --tap` it reports in TAP, for programs.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { spec, tap } from "node:test/reporters";

const here = import.meta.dirname;
const files = readdirSync(here)
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => join(here, name));
const tests = run({ files, concurrency: true });
tests.on("test:fail", () => {
  process.exitCode = 1;
});
tests.compose(process.argv.includes("--tap") ? tap : new spec()).pipe(process.stdout);
