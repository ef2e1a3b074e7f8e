// Runs the scenario in Deno, with the package from node_modules and only the permission to call the
// service.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertScenario } from "./expected.mjs";
import { binary, endpoint, limit, project, runProgram } from "./project.mjs";

const deno = binary("deno", process.platform === "win32" ? "deno.exe" : "deno");
const FLAGS = ["run", "--quiet", "--no-prompt", "--no-remote", "--node-modules-dir=manual", "--allow-net=127.0.0.1"];

for (const [what, program] of [
  ["import", "program.mjs"],
  ["require", "program.cjs"],
]) {
  test(`Deno, ${what}`, limit, () =>
    project(async (folder) => {
      const { told, stderr } = await runProgram(deno, [...FLAGS, program, endpoint], folder);
      await assertScenario(told);
      assert.equal(stderr, "");
    }),
  );
}
