// Makes the npm package from wasm-bindgen's output: node build.mjs GLUE PACKAGE VERSION. `cargo xtask package npm` runs it.
//
// Shrinks the modules and bundles each with js/ into one file per way to load it: ES module, CommonJS, and for Workers an ES
// module whose .wasm is a file.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { encode } from "./build/text.mjs";
import { shrink } from "./build/wasm.mjs";

const here = import.meta.dirname;
const [glue, target, version] = process.argv.slice(2);
const dist = join(target, "dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const json = (value) => ({ contents: JSON.stringify(value), loader: "json" });

/** What js/ imports and is no file there: `built`, and the .wasm, which is a file where `file` names one. */
const inputs = (built, { file, client }) => ({
  name: "koodrive",
  setup(build) {
    build.onResolve({ filter: /^koodrive:module$/ }, () => ({ path: join(here, "js/module", file ? "file.js" : "embedded.js") }));
    build.onResolve({ filter: /^koodrive:file$/ }, () => ({ path: file, external: true }));
    build.onResolve({ filter: /^koodrive:client$/ }, () => ({ path: client, external: true }));
    build.onResolve({ filter: /^koodrive:/ }, ({ path }) => ({ path, namespace: "built" }));
    build.onLoad({ filter: /.*/, namespace: "built" }, ({ path }) => built[path]);
  },
});

const bundle = (name, built, outfile, { file, client, ...options } = {}) =>
  build({
    entryPoints: [join(here, `js/${name}.js`)],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    plugins: [inputs(built, { file, client })],
    ...options,
  });

/** An entry for either module system. Another entry's `client` is a file: its errors are the client's own. */
async function entry(name, built) {
  await bundle(name, built, join(dist, `${name}.js`), { client: "./index.js" });
  await bundle(name, built, join(dist, `${name}.cjs`), { client: "./index.cjs", format: "cjs" });
  // The same declarations for both.
  const types = readFileSync(join(here, `js/${name}.d.ts`), "utf8");
  writeFileSync(join(dist, `${name}.d.ts`), types);
  writeFileSync(join(dist, `${name}.d.cts`), types.replaceAll('"./index.js"', '"./index.cjs"'));
}

/** The same entry for Workers, with its .wasm as a file. */
async function workerEntry(name, built, outfile, wasm) {
  writeFileSync(join(dist, wasm.name), wasm.bytes);
  await bundle(name, built, join(dist, outfile), { client: "./workerd.js", file: `./${wasm.name}` });
}

const glueOf = (path, bytes) => ({
  "koodrive:glue": { contents: readFileSync(path, "utf8"), loader: "js" },
  "koodrive:text": json(encode(bytes)),
});

const names = { "koodrive:names": { contents: readFileSync(join(glue, "names.json"), "utf8"), loader: "json" } };

async function client() {
  const bytes = shrink(glue, "koodrive");
  const built = { ...glueOf(join(glue, "koodrive.js"), bytes), ...names };
  await entry("index", built);
  await workerEntry("index", built, "workerd.js", { name: "koodrive.wasm", bytes });
  // Not shipped: what a browser's bundler makes of it, and of the JavaScript alone, for the sizes.
  await bundle("index", built, join(glue, "minified.js"), { minify: true });
  await bundle("index", built, join(glue, "minified-without-wasm.js"), { minify: true, file: "./koodrive.wasm" });
}

async function dispatch() {
  const folder = join(glue, "dispatch");
  const bytes = shrink(folder, "dispatch");
  const built = { ...glueOf(join(folder, "dispatch.js"), bytes), ...names };
  await entry("dispatch", built);
  await workerEntry("dispatch", built, "dispatch.workerd.js", { name: "dispatch.wasm", bytes });
}

async function sandbox() {
  const folder = join(glue, "sandbox");
  const bytes = shrink(folder, "sandbox");
  const built = glueOf(join(folder, "sandbox.js"), bytes);
  await entry("sandbox", built);
  await workerEntry("sandbox", built, "sandbox.workerd.js", { name: "sandbox.wasm", bytes });
}

await client();
await dispatch();
await sandbox();
await entry("undici", {});
for (const name of ["koodrive.wasm.d.ts", "koodrive.wasm.d.cts"]) copyFileSync(join(here, "js", name), join(dist, name));
copyFileSync(join(here, "README.md"), join(target, "README.md"));
const root = join(here, "..");
for (const name of readdirSync(root).filter((name) => name.startsWith("LICENSE-"))) copyFileSync(join(root, name), join(target, name));
const { devDependencies, ...manifest } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
writeFileSync(join(target, "package.json"), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
