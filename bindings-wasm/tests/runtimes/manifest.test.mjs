// Checks the tarball with tools that know the pitfalls of compilers and bundlers.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { publint } from "publint";
import { installed, limit, runProgram, tarball } from "./project.mjs";

test("publint reports nothing", limit, async () => {
  const { buffer } = new Uint8Array(await readFile(tarball));
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  assert.deepEqual(messages, []);
});

test("every entry's types are right for every module resolution", limit, async () => {
  const attw = join(import.meta.dirname, "node_modules/@arethetypeswrong/cli/dist/index.js");
  // It fails with a table in its message if there is a problem.
  const { told } = await runProgram(process.execPath, [attw, tarball, "--format", "json"], import.meta.dirname);
  assert.deepEqual(told.problems ?? {}, {});
  const { exports } = JSON.parse(await readFile(join(installed, "node_modules/koodrive/package.json"), "utf8"));
  assert.deepEqual(Object.keys(told.analysis.entrypoints).sort(), Object.keys(exports).sort());
});
