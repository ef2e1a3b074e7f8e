// Makes wasm-bindgen's output ready to ship: shrinks the module and notes what it asks of its host.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

// By name: what rustc uses today and Node 20 loads. --all-features would let wasm-opt use what Node 20 does not know.
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

/** The module in the folder `glue`, as small.wasm beside it. Gives its bytes. */
export function shrink(glue, name) {
  // -O3: a fifth faster than -Oz and no larger, since rustc has optimised for size already. Twice: the second run finds 0.5 %.
  // Below address 1024 lies the far end of the stack, which nothing but a stack that overflows reaches: so an offset can stand in
  // an instruction instead of being added before it.
  const flags = ["-O3", "-O3", "--low-memory-unused", "--mvp-features", ...FEATURES.map((feature) => `--enable-${feature}`)];
  const small = join(glue, "small.wasm");
  execFileSync(process.execPath, [wasmOpt, ...flags, join(glue, `${name}_bg.wasm`), "-o", small], { stdio: "inherit" });
  const wasm = readFileSync(small);

  // One line per import, without the hashes that wasm-bindgen appends: what the core asks of its host.
  const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map(
    ({ module, name }) => `${module}.${name.replace(/_[0-9a-f]{16}$/, "")}`,
  );
  writeFileSync(join(glue, "imports.txt"), `${[...new Set(imports)].sort().join("\n")}\n`);
  return wasm;
}
