// Runs the scenario in workerd, the runtime of Cloudflare Workers. A bundler with its condition
// runs first, as in Cloudflare's own tools. The .wasm stays a file that workerd compiles, since a
// Worker may not.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assertScenario } from "./expected.mjs";
import { endpoint, limit, project } from "./project.mjs";
import { bundle, serving } from "./workerd.mjs";

/** Returns the Worker's answer. */
const answer = (folder) =>
  serving(folder, async (url) => {
    const response = await fetch(`${url}/?endpoint=${encodeURIComponent(endpoint)}`);
    return { status: response.status, text: await response.text() };
  });

test("workerd", limit, () =>
  project(async (folder) => {
    const files = ["koodrive.wasm", "sandbox.wasm", "sandbox.workerd.js", "workerd.js"];
    assert.deepEqual(await bundle(folder, ["workerd"]), files);
    const { status, text } = await answer(folder);
    assert.equal(status, 200, text);
    await assertScenario(JSON.parse(text));
  }),
);

test("workerd, a Worker bundled without the condition fails with the remedy", limit, () =>
  project(async (folder) => {
    assert.deepEqual(await bundle(folder, []), ["index.js", "sandbox.js"]);
    const { status, text } = await answer(folder);
    assert.equal(status, 500);
    assert.match(text, /koodrive cannot compile .* a Worker must be bundled with the condition "workerd"/);
  }),
);
