// Makes the npm package from wasm-bindgen's output: node build.mjs GLUE PACKAGE VERSION. `cargo xtask package npm` runs it.
//
// Shrinks the module, asks it for the names that only the core spells, and bundles it with js/ into one file per module system.
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";

const here = import.meta.dirname;
const [glue, target, version] = process.argv.slice(2);
const dist = join(target, "dist");
const small = join(glue, "small.wasm");

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
// -O3: a fifth faster than -Oz for 0.2 % more bytes; rustc has optimised for size already.
const wasmOpt = createRequire(import.meta.url).resolve("binaryen/bin/wasm-opt");
const features = FEATURES.map((name) => `--enable-${name}`);
const original = join(glue, "koodrive_bg.wasm");
execFileSync(process.execPath, [wasmOpt, "-O3", "--mvp-features", ...features, original, "-o", small], { stdio: "inherit" });
const wasm = readFileSync(small);

// One line per import, without the hashes that wasm-bindgen appends: what the core asks of its host.
const imports = WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map(
  ({ module, name }) => `${module}.${name.replace(/_[0-9a-f]{16}$/, "")}`,
);
writeFileSync(join(glue, "imports.txt"), `${[...new Set(imports)].sort().join("\n")}\n`);

const gluePath = join(glue, "koodrive.js");
const core = await import(pathToFileURL(gluePath).href);
core.initSync({ module: wasm });
// What js/ imports and is no file there.
const json = (value) => ({ contents: JSON.stringify(value), loader: "json" });
const built = {
  "koodrive:glue": { contents: readFileSync(gluePath, "utf8"), loader: "js" },
  "koodrive:wasm": json(wasm.toString("hex")),
  "koodrive:names": json(core.names()),
};

const inputs = {
  name: "koodrive",
  setup(build) {
    build.onResolve({ filter: /^koodrive:/ }, ({ path }) => ({ path, namespace: "built" }));
    build.onLoad({ filter: /.*/, namespace: "built" }, ({ path }) => built[path]);
  },
};
const common = { entryPoints: [join(here, "js/index.js")], bundle: true, target: "es2022", platform: "neutral", plugins: [inputs] };
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });
await build({ ...common, format: "esm", outfile: join(dist, "index.js") });
await build({ ...common, format: "cjs", outfile: join(dist, "index.cjs") });
// Not shipped: what a browser's bundler makes of it, for the size.
await build({ ...common, format: "esm", minify: true, outfile: join(glue, "minified.js") });

// The same declarations for either module system.
for (const name of ["index.d.ts", "index.d.cts"]) copyFileSync(join(here, "js/index.d.ts"), join(dist, name));
copyFileSync(join(here, "README.md"), join(target, "README.md"));
const root = join(here, "..");
for (const name of readdirSync(root).filter((name) => name.startsWith("LICENSE-"))) copyFileSync(join(root, name), join(target, name));
const { devDependencies, ...manifest } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
writeFileSync(join(target, "package.json"), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
