// Runs the scenario in Node, as ES module, as CommonJS, and where the two meet.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertScenario } from "./expected.mjs";
import { endpoint, limit, project, runProgram } from "./project.mjs";

const node = (...args) => project((folder) => runProgram(process.execPath, args, folder));

test("Node, import", limit, async () => {
  const { told, stderr } = await node("program.mjs", endpoint);
  await assertScenario(told);
  assert.equal(stderr, "");
});

test("Node, require", limit, async () => {
  const { told, stderr } = await node("program.cjs", endpoint);
  await assertScenario(told);
  assert.equal(stderr, "");
});

// This needs a module without top-level await. Node 20 warns that the feature is experimental.
test("Node, require of the ES module", limit, async () => {
  const files = ["index.js", "sandbox.js"].map((name) => `./node_modules/koodrive/dist/${name}`);
  const { told } = await node("program.cjs", endpoint, ...files);
  await assertScenario(told);
});
