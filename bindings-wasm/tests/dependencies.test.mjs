// Tests that a page gives the reason of each development dependency, since a JSON manifest holds no
// comments.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

const read = (path) => readFileSync(join(import.meta.dirname, path), "utf8");

for (const [manifest, page] of [
  ["../package.json", "../build/README.md"],
  ["runtimes/package.json", "runtimes/README.md"],
]) {
  test(`${page} gives a reason for each development dependency and for no other package`, () => {
    const { dependencies, devDependencies } = JSON.parse(read(manifest));
    assert.equal(dependencies, undefined);
    const rows = read(page)
      .split("\n")
      .filter((line) => line.startsWith("| `"));
    const named = rows.flatMap((row) => [...row.split("|")[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    assert.deepEqual(named.sort(), Object.keys(devDependencies).sort());
  });
}
