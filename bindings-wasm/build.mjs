// Builds the npm package in this folder: `npm run build`. With `-- --only client` it builds the
// entry `koodrive` alone.
//
// Cargo compiles the modules. wasm-bindgen and wasm-opt prepare them. esbuild bundles each with js/
// into one file per way to load it: ES module, CommonJS, and an ES module with a separate .wasm for
// Workers. tsc checks js/ and writes its declarations.
import { copyFileSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { bind, compile, ensureTarget, generated, writeNames } from "./build/cargo.mjs";
import { declare } from "./build/declarations.mjs";
import { optimise } from "./build/wasm.mjs";

const here = import.meta.dirname;
const dist = join(here, "dist");

/** The entries by name, with the crate and the files of each. */
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
// tsc checks all sources, so every module gets its bindings.
for (const { crate, module } of Object.values(ENTRIES)) if (crate) bind(compile(crate), module);
writeNames();
declare(
  wanted.map((name) => ENTRIES[name].file),
  join(dist, "types"),
);
for (const name of wanted) await entry(ENTRIES[name]);
if (wanted.includes("client")) await minified();
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(here, "..", name), join(here, name));

/** Writes an entry for each module system, and for Workers with its .wasm as a file. */
async function entry({ file, module, workers }) {
  const wasm = module && optimise(module);
  await bundle(file, join(dist, `${file}.js`), { wasm, client: "./index.js" });
  await bundle(file, join(dist, `${file}.cjs`), { wasm, client: "./index.cjs", format: "cjs" });
  if (!wasm) return;
  copyFileSync(wasm, join(dist, `${module}.wasm`));
  await bundle(file, join(dist, workers), { wasmFile: `./${module}.wasm`, client: "./workerd.js" });
}

/** Writes the minified entry, and its JavaScript alone, for the suite `sizes`. */
async function minified() {
  const wasm = join(generated, "koodrive.wasm");
  await bundle("index", join(generated, "minified.js"), { wasm, minify: true });
  await bundle("index", join(generated, "minified-without-wasm.js"), { wasmFile: "./koodrive.wasm", minify: true });
}

/** Bundles the source `name`. Its .wasm is embedded, or a separate file named `wasmFile`. */
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

/** Resolves the imports of js/ that are not files there. */
function inputs({ wasm, wasmFile, client }) {
  return {
    name: "koodrive",
    setup(build) {
      build.onResolve({ filter: /^koodrive:module$/ }, () => ({ path: join(here, "js/module", wasmFile ? "file.ts" : "embedded.ts") }));
      build.onResolve({ filter: /^koodrive:file$/ }, () => ({ path: wasmFile, external: true }));
      build.onResolve({ filter: /^koodrive:base64$/ }, ({ path }) => ({ path, namespace: "built" }));
      build.onLoad({ filter: /^koodrive:base64$/, namespace: "built" }, () => ({ contents: readFileSync(wasm, "base64"), loader: "text" }));
      // Other entries throw the client's errors, so they import the client from its own file.
      build.onResolve({ filter: /^\.\/index\.js$/ }, () => ({ path: client, external: true }));
    },
  };
}
