// Makes wasm-bindgen's output ready to ship: optimises the module and notes what it imports.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { generated } from "./cargo.mjs";

// rustc's defaults and simd128. wasm-opt makes a request some 4 % faster and the module 7 % smaller, gzipped; with --all-features it
// emits what Node 20 cannot load.
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

/** Optimises the module `name`. Returns its path; its imports are listed in `name.imports.txt`. */
export function optimise(name) {
  const flags = ["-O3", "--mvp-features", ...FEATURES.map((feature) => `--enable-${feature}`)];
  const optimised = join(generated, `${name}.wasm`);
  execFileSync(process.execPath, [wasmOpt, ...flags, join(generated, `${name}_bg.wasm`), "-o", optimised], { stdio: "inherit" });

  // One line per import, without the hashes that wasm-bindgen appends: what the core asks of its host.
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(optimised))).map(
    ({ module, name }) => `${module}.${name.replace(/_[0-9a-f]{16}$/, "")}`,
  );
  writeFileSync(join(generated, `${name}.imports.txt`), `${[...new Set(imports)].sort().join("\n")}\n`);
  return optimised;
}
