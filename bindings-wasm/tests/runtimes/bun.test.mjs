// Runs the scenario in Bun, which also installs the package.
import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { assertScenario } from "./expected.mjs";
import { binary, endpoint, limit, project, run, runProgram, tarball } from "./project.mjs";

const bun = binary("bun", process.platform === "win32" ? "bin/bun.exe" : "bin/bun");

async function installedByBun(folder) {
  await writeFile(join(folder, "package.json"), '{ "private": true }\n');
  await run(bun, ["add", tarball], folder);
}

for (const [what, program] of [
  ["import", "program.mjs"],
  ["require", "program.cjs"],
]) {
  test(`Bun, ${what}`, limit, () =>
    project(async (folder) => {
      const { told, stderr } = await runProgram(bun, ["run", "--no-install", program, endpoint], folder);
      await assertScenario(told);
      assert.equal(stderr, "");
    }, installedByBun),
  );
}
