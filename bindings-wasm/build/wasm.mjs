// Optimises a module of wasm-bindgen's and lists its imports.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { generated } from "./cargo.mjs";

// rustc's defaults and SIMD. wasm-opt makes a request some 4 % faster and the gzipped module 7 %
// smaller. With --all-features Node 20 could not load its output.
const FEATURES = [
  "bulk-memory",
  "bulk-memory-opt",
  "call-indirect-overlong",
  "multivalue",
  "mutable-globals",
  "nontrapping-float-to-int",
  "reference-types",
  "sign-ext",
  "simd",
];
const wasmOpt = createRequire(import.meta.url).resolve("binaryen/bin/wasm-opt");

/** Optimises the module `name` and lists its imports in `name.imports.txt`. Returns its path. */
export function optimise(name) {
  const flags = ["-O3", "--mvp-features", ...FEATURES.map((feature) => `--enable-${feature}`)];
  const optimised = join(generated, `${name}.wasm`);
  execFileSync(process.execPath, [wasmOpt, ...flags, join(generated, `${name}_bg.wasm`), "-o", optimised], { stdio: "inherit" });

  // One line per import, without wasm-bindgen's hashes. The list shows what the core asks of its
  // host.
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(optimised))).map(
    ({ module, name }) => `${module}.${name.replace(/_[0-9a-f]{16}$/, "")}`,
  );
  writeFileSync(join(generated, `${name}.imports.txt`), `${[...new Set(imports)].sort().join("\n")}\n`);
  return optimised;
}
