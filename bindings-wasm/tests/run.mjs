// Runs the tests of this folder: `npm test`. With `-- --junit FILE` it also writes a JUnit report.
import { createWriteStream, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "node:test";
import { junit, spec } from "node:test/reporters";

const here = import.meta.dirname;
const files = readdirSync(here)
  .filter((name) => name.endsWith(".test.mjs"))
  .map((name) => join(here, name));
const tests = run({ files, concurrency: true });
tests.on("test:fail", () => {
  process.exitCode = 1;
});
const at = process.argv.indexOf("--junit");
if (at > 0) tests.compose(junit).pipe(createWriteStream(process.argv[at + 1]));
tests.compose(new spec()).pipe(process.stdout);
