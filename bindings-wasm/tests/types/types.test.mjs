// Tests what the package's declarations accept and refuse, in the oldest supported TypeScript and
// in the newest. The samples are compiled beside the package in KOODRIVE_NPM. KOODRIVE_DOCUMENTED
// is a folder with the TypeScript of the pages and comments.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const here = import.meta.dirname;
const modules = join(here, "../../node_modules");
const folder = join(process.env.KOODRIVE_NPM, "types");

rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);
for (const name of readdirSync(here)) if (name !== "types.test.mjs") cpSync(join(here, name), join(folder, name));
for (const name of readdirSync(process.env.KOODRIVE_DOCUMENTED)) cpSync(join(process.env.KOODRIVE_DOCUMENTED, name), join(folder, name));
// Users of these packages have installed them as well.
for (const name of ["undici", "@cloudflare/workers-types"])
  cpSync(join(modules, name), join(folder, "node_modules", name), { recursive: true });

/** Compiles a project of the folder. Returns the output of tsc. */
function tsc(compiler, project) {
  const program = join(modules, compiler, "bin/tsc");
  const options = ["--project", join(folder, project), "--typeRoots", join(modules, "@types"), "--pretty", "false"];
  return spawnSync(process.execPath, [program, ...options], { cwd: folder, encoding: "utf8" }).stdout;
}

// The README, the CHANGELOG and package.json state the oldest version. The projects are the
// combinations of host types and module resolution.
for (const compiler of ["typescript-oldest", "typescript"]) {
  for (const project of ["plain", "node", "browser", "workers", "undici"]) {
    test(`${compiler}, ${project}: the samples compile`, () => assert.equal(tsc(compiler, `tsconfig.${project}.json`), ""));
  }
}

test("every line of the wrong sample is refused for the reason that it names", () => {
  // `@ts-expect-error` alone only shows that the line is refused.
  const file = join(folder, "wrong.mts");
  const text = readFileSync(file, "utf8");
  const expected = text.split("\n").flatMap((line, at) => {
    const [, code] = /\/\/ @ts-expect-error (TS\d+)/.exec(line) ?? [];
    return code ? [`${at + 2} ${code}`] : [];
  });
  assert.ok(expected.length > 10, expected.join());
  writeFileSync(file, text.replaceAll("// @ts-expect-error ", "// "));
  const errors = tsc("typescript", "tsconfig.node.json").matchAll(/wrong\.mts\((\d+),\d+\): error (TS\d+)/g);
  writeFileSync(file, text);
  assert.deepEqual([...new Set(Array.from(errors, ([, line, code]) => `${line} ${code}`))], expected);
});

test("the code of the pages and of the declarations' comments compiles", () => {
  const files = readdirSync(process.env.KOODRIVE_DOCUMENTED);
  assert.ok(files.length > 10, files.join());
  writeFileSync(join(folder, "tsconfig.documented.json"), JSON.stringify({ extends: "./tsconfig.node.json", files }));
  assert.equal(tsc("typescript", "tsconfig.documented.json"), "");
});
