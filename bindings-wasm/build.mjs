// Builds the npm package in this folder: `npm run build`. With `-- --only client` it builds the entry `koodrive` alone.
//
// Cargo compiles the modules, wasm-bindgen and wasm-opt make them ready, and esbuild bundles each with js/ into one file per way to
// load it: ES module, CommonJS, and for Workers an ES module whose .wasm is a file.
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { bind, compile, ensureTarget, glueFolder, writeNames } from "./build/cargo.mjs";
import { optimise } from "./build/wasm.mjs";

const here = import.meta.dirname;
const dist = join(here, "dist");

const builders = { client, dispatch, sandbox, undici };
const wanted = process.argv[2] === "--only" ? process.argv.slice(3) : Object.keys(builders);
const unknown = wanted.filter((name) => !(name in builders));
if (unknown.length > 0) throw new Error(`unknown entry ${unknown.join(", ")}; expected some of: ${Object.keys(builders).join(", ")}`);

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
ensureTarget();
const names = (() => {
  mkdirSync(glueFolder, { recursive: true });
  const file = join(glueFolder, "names.json");
  writeNames(file);
  return { "koodrive:names": { contents: readFileSync(file, "utf8"), loader: "json" } };
})();
for (const name of wanted) await builders[name]();
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) copyFileSync(join(here, "..", name), join(here, name));

/** Resolves what js/ imports and is no file there: `built`, and the .wasm, which is a file where `file` names one. */
function inputs(built, { file, client }) {
  return {
    name: "koodrive",
    setup(build) {
      build.onResolve({ filter: /^koodrive:module$/ }, () => ({ path: join(here, "js/module", file ? "file.js" : "embedded.js") }));
      build.onResolve({ filter: /^koodrive:file$/ }, () => ({ path: file, external: true }));
      build.onResolve({ filter: /^koodrive:client$/ }, () => ({ path: client, external: true }));
      build.onResolve({ filter: /^koodrive:/ }, ({ path }) => ({ path, namespace: "built" }));
      build.onLoad({ filter: /.*/, namespace: "built" }, ({ path }) => built[path]);
    },
  };
}

function bundle(name, built, outfile, { file, client, ...options } = {}) {
  return build({
    entryPoints: [join(here, `js/${name}.js`)],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    plugins: [inputs(built, { file, client })],
    ...options,
  });
}

/** Writes an entry for either module system. An entry that throws the client's errors imports them from its file. */
async function entry(name, built) {
  await bundle(name, built, join(dist, `${name}.js`), { client: "./index.js" });
  await bundle(name, built, join(dist, `${name}.cjs`), { client: "./index.cjs", format: "cjs" });
  // The same declarations for both.
  const types = readFileSync(join(here, `js/${name}.d.ts`), "utf8");
  writeFileSync(join(dist, `${name}.d.ts`), types);
  writeFileSync(join(dist, `${name}.d.cts`), types.replaceAll('"./index.js"', '"./index.cjs"'));
}

/** Writes the same entry for Workers, with its .wasm as a file. */
async function workerEntry(name, built, outfile, wasm) {
  writeFileSync(join(dist, wasm.name), wasm.bytes);
  await bundle(name, built, join(dist, outfile), { client: "./workerd.js", file: `./${wasm.name}` });
}

/** Compiles a module. Returns its bytes, and what js/ imports of it. */
function module(crate, name, folder) {
  bind(compile(crate), name, folder);
  const bytes = optimise(folder, name);
  const built = {
    "koodrive:glue": { contents: readFileSync(join(folder, `${name}.js`), "utf8"), loader: "js" },
    "koodrive:base64": { contents: bytes.toString("base64"), loader: "text" },
  };
  return { bytes, built };
}

async function client() {
  const { bytes, built } = module("koodrive-wasm", "koodrive", join(glueFolder, "client"));
  const inputs = { ...built, ...names };
  await entry("index", inputs);
  await workerEntry("index", inputs, "workerd.js", { name: "koodrive.wasm", bytes });
  for (const name of ["koodrive.wasm.d.ts", "koodrive.wasm.d.cts"]) copyFileSync(join(here, "js", name), join(dist, name));
  // For the sizes: what a browser's bundler makes of the entry, and of its JavaScript alone.
  await bundle("index", inputs, join(glueFolder, "minified.js"), { minify: true });
  await bundle("index", inputs, join(glueFolder, "minified-without-wasm.js"), { minify: true, file: "./koodrive.wasm" });
}

async function dispatch() {
  const { bytes, built } = module("koodrive-wasm-dispatch", "dispatch", join(glueFolder, "dispatch"));
  const inputs = { ...built, ...names };
  await entry("dispatch", inputs);
  await workerEntry("dispatch", inputs, "dispatch.workerd.js", { name: "dispatch.wasm", bytes });
}

async function sandbox() {
  const { bytes, built } = module("koodrive-wasm-sandbox", "sandbox", join(glueFolder, "sandbox"));
  await entry("sandbox", built);
  await workerEntry("sandbox", built, "sandbox.workerd.js", { name: "sandbox.wasm", bytes });
}

async function undici() {
  await entry("undici", {});
}
