// Builds the npm package in this folder: `npm run build`. With `-- --only client` it builds the entry `koodrive` alone.
//
// Cargo compiles the modules, wasm-bindgen and wasm-opt make them ready, and esbuild bundles each with js/ into one file per way to
// load it: ES module, CommonJS, and for Workers an ES module whose .wasm is a file. tsc checks js/ and makes the declarations of it.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { bind, compile, ensureTarget, generated, writeNames } from "./build/cargo.mjs";
import { declare } from "./build/declarations.mjs";
import { optimise } from "./build/wasm.mjs";

const here = import.meta.dirname;
const dist = join(here, "dist");

/** By name: how each entry is built, and the crate that it needs. */
const ENTRIES = {
  client: { file: "index", crate: "koodrive-wasm", module: "koodrive", workers: "workerd.js" },
  sandbox: { file: "sandbox", crate: "koodrive-wasm-sandbox", module: "sandbox", workers: "sandbox.workerd.js" },
  undici: { file: "undici" },
};
const wanted = process.argv[2] === "--only" ? process.argv.slice(3) : Object.keys(ENTRIES);
const unknown = wanted.filter((name) => !(name in ENTRIES));
if (unknown.length > 0) throw new Error(`unknown entry ${unknown.join(", ")}; expected some of: ${Object.keys(ENTRIES).join(", ")}`);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
ensureTarget();
// The sources are checked as a whole, so every module is bound.
for (const { crate, module } of Object.values(ENTRIES)) if (crate) bind(compile(crate), module);
writeNames();
declare(
  wanted.map((name) => ENTRIES[name].file),
  join(dist, "types"),
);
for (const name of wanted) await entry(ENTRIES[name]);
if (wanted.includes("client")) await minified();
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(here, "..", name), join(here, name));

/** Writes an entry for either module system, and with its .wasm as a file for Workers. */
async function entry({ file, module, workers }) {
  const wasm = module && optimise(module);
  await bundle(file, join(dist, `${file}.js`), { wasm, client: "./index.js" });
  await bundle(file, join(dist, `${file}.cjs`), { wasm, client: "./index.cjs", format: "cjs" });
  if (!wasm) return;
  copyFileSync(wasm, join(dist, `${module}.wasm`));
  await bundle(file, join(dist, workers), { wasmFile: `./${module}.wasm`, client: "./workerd.js" });
}

/** For the sizes: what a browser's bundler makes of the entry, and of its JavaScript alone. */
async function minified() {
  const wasm = join(generated, "koodrive.wasm");
  await bundle("index", join(generated, "minified.js"), { wasm, minify: true });
  await bundle("index", join(generated, "minified-without-wasm.js"), { wasmFile: "./koodrive.wasm", minify: true });
}

/** Bundles the source `name`. Its .wasm is in the text, or beside it where `wasmFile` names a file. */
function bundle(name, outfile, { wasm, wasmFile, client, ...options }) {
  return build({
    entryPoints: [join(here, `js/${name}.ts`)],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    inject: [join(here, "js/text-coding.ts")],
    plugins: [inputs({ wasm, wasmFile, client })],
    ...options,
  });
}

/** Resolves what js/ imports and is no file there. */
function inputs({ wasm, wasmFile, client }) {
  return {
    name: "koodrive",
    setup(build) {
      build.onResolve({ filter: /^koodrive:module$/ }, () => ({ path: join(here, "js/module", wasmFile ? "file.ts" : "embedded.ts") }));
      build.onResolve({ filter: /^koodrive:file$/ }, () => ({ path: wasmFile, external: true }));
      build.onResolve({ filter: /^koodrive:base64$/ }, ({ path }) => ({ path, namespace: "built" }));
      build.onLoad({ filter: /^koodrive:base64$/, namespace: "built" }, () => ({ contents: readFileSync(wasm, "base64"), loader: "text" }));
      // An entry that throws the client's errors imports them from its file.
      build.onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path: client, external: true }));
    },
  };
}
