// The bill of materials: what the .wasm files are made of. Its form is checked against CycloneDX's schema by `npm-tarball`.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test as always } from "node:test";
import { require } from "./koodrive.mjs";

const manifest = require.resolve("koodrive/package.json");
const file = join(dirname(manifest), "koodrive.cdx.json");
// `cargo xtask package npm` writes it, `npm run build` does not. In what is installed from a tarball it must be.
const packaged = process.env.KOODRIVE_NPM !== undefined;
const test = (name, work) => always(name, { skip: packaged ? false : "there is none before the package is packed" }, work);
const bom = packaged ? JSON.parse(readFileSync(file, "utf8")) : undefined;
const lock = readFileSync(new URL("../../Cargo.lock", import.meta.url), "utf8");
const { version } = JSON.parse(readFileSync(manifest, "utf8"));

test("it is about this package", () => {
  assert.deepEqual([bom.bomFormat, bom.specVersion], ["CycloneDX", "1.5"]);
  const { name, version: ofBom, purl } = bom.metadata.component;
  assert.deepEqual([name, ofBom, purl], ["koodrive", version, `pkg:npm/koodrive@${version}`]);
});

test("it tells what is linked in from what only builds it", () => {
  const named = (scope) => bom.components.filter((part) => part.scope === scope).map((part) => part.name);
  const [linked, building] = [named("required"), named("excluded")];
  for (const name of ["koodrive", "sha2", "hmac", "serde_json", "wasm-bindgen", "std"]) assert.ok(linked.includes(name), name);
  for (const name of ["syn", "wasm-bindgen-macro", "wasm-bindgen-cli-support", "binaryen", "esbuild"]) {
    assert.ok(building.includes(name) && !linked.includes(name), name);
  }
  // Our crates are the package itself.
  for (const { name } of bom.components) assert.ok(!["koodrive-wasm", "koodrive-wasm-sandbox", "pyo3"].includes(name), name);
});

test("each crate has the checksum of the lock file", () => {
  const without = [];
  for (const { name, version, hashes, licenses } of bom.components) {
    assert.ok(licenses[0].expression, name);
    if (!hashes) without.push(name);
    else assert.ok(lock.includes(`name = "${name}"\nversion = "${version}"\n`) && lock.includes(`checksum = "${hashes[0].content}"`), name);
  }
  assert.deepEqual(without.sort(), ["binaryen", "esbuild", "koodrive", "std"]);
});

test("what depends on what leads from the package to known parts", () => {
  const known = new Set([bom.metadata.component["bom-ref"], ...bom.components.map((part) => part["bom-ref"])]);
  assert.equal(known.size, bom.components.length + 1);
  const edges = new Map(bom.dependencies.map(({ ref, dependsOn }) => [ref, dependsOn]));
  for (const [ref, below] of edges) for (const one of [ref, ...below]) assert.ok(known.has(one), one);
  const reached = new Set();
  const walk = (ref) => {
    if (reached.has(ref)) return;
    reached.add(ref);
    for (const below of edges.get(ref) ?? []) walk(below);
  };
  walk(bom.metadata.component["bom-ref"]);
  for (const { name, scope, "bom-ref": ref } of bom.components) {
    assert.ok(reached.has(ref) || name === "std" || scope === "excluded", `${name} is linked in, and nothing depends on it`);
  }
});
