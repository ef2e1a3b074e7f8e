// A manifest in JSON holds no comment, so a page beside it says why each development dependency is there.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const read = (path) => readFileSync(join(import.meta.dirname, path), "utf8");

for (const [manifest, page] of [
  ["../package.json", "../build/README.md"],
  ["runtimes/package.json", "runtimes/README.md"],
]) {
  test(`${page} gives a reason for each development dependency, and for no other`, () => {
    const { dependencies, devDependencies } = JSON.parse(read(manifest));
    assert.equal(dependencies, undefined);
    const rows = read(page)
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const named = rows.flatMap((row) => [...row.split("|")[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    assert.deepEqual(named.sort(), Object.keys(devDependencies).sort());
  });
}
