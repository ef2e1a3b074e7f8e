// Makes the npm package from wasm-bindgen's output: node build.mjs GLUE PACKAGE VERSION. `cargo xtask package npm` runs it.
//
// Shrinks the modules, asks the core for the names that only it spells, and bundles each with js/ into one file per way to
// load it: ES module, CommonJS, and for Workers an ES module whose .wasm is a file.
import { copyFileSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import { encode } from "./build/text.mjs";
import { shrink } from "./build/wasm.mjs";

const here = import.meta.dirname;
const [glue, target, version] = process.argv.slice(2);
const dist = join(target, "dist");
rmSync(dist, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const json = (value) => ({ contents: JSON.stringify(value), loader: "json" });

/** What js/ imports and is no file there. */
const inputs = (built, wasm) => ({
  name: "koodrive",
  setup(build) {
    build.onResolve({ filter: /^koodrive:module$/ }, () => ({ path: join(here, "js/module", wasm ? "file.js" : "embedded.js") }));
    build.onResolve({ filter: /^koodrive:file$/ }, () => ({ path: wasm, external: true }));
    build.onResolve({ filter: /^koodrive:/ }, ({ path }) => ({ path, namespace: "built" }));
    build.onLoad({ filter: /.*/, namespace: "built" }, ({ path }) => built[path]);
  },
});

const bundle = (entry, built, outfile, { wasm, ...options } = {}) =>
  build({
    entryPoints: [join(here, "js", entry)],
    outfile,
    bundle: true,
    format: "esm",
    target: "es2022",
    platform: "neutral",
    plugins: [inputs(built, wasm)],
    ...options,
  });

async function client() {
  const wasm = shrink(glue, "koodrive");
  const gluePath = join(glue, "koodrive.js");
  const core = await import(pathToFileURL(gluePath).href);
  core.initSync({ module: wasm });
  const built = {
    "koodrive:glue": { contents: readFileSync(gluePath, "utf8"), loader: "js" },
    "koodrive:text": json(encode(wasm)),
    "koodrive:names": json(core.names()),
  };
  writeFileSync(join(dist, "koodrive.wasm"), wasm);
  await bundle("index.js", built, join(dist, "index.js"));
  await bundle("index.js", built, join(dist, "index.cjs"), { format: "cjs" });
  await bundle("index.js", built, join(dist, "workerd.js"), { wasm: "./koodrive.wasm" });
  // Not shipped: what a browser's bundler makes of it, and of the JavaScript alone, for the sizes.
  await bundle("index.js", built, join(glue, "minified.js"), { minify: true });
  await bundle("index.js", built, join(glue, "minified-without-wasm.js"), { minify: true, wasm: "./koodrive.wasm" });
}

await client();

// The same declarations for either module system.
for (const name of ["index.d.ts", "index.d.cts"]) copyFileSync(join(here, "js/index.d.ts"), join(dist, name));
for (const name of ["koodrive.wasm.d.ts", "koodrive.wasm.d.cts"]) copyFileSync(join(here, "js", name), join(dist, name));
copyFileSync(join(here, "README.md"), join(target, "README.md"));
const root = join(here, "..");
for (const name of readdirSync(root).filter((name) => name.startsWith("LICENSE-"))) copyFileSync(join(root, name), join(target, name));
const { devDependencies, ...manifest } = JSON.parse(readFileSync(join(here, "package.json"), "utf8"));
writeFileSync(join(target, "package.json"), `${JSON.stringify({ ...manifest, version }, null, 2)}\n`);
