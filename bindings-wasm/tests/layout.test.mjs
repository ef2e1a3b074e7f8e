// Tests the layout of the package: its entries, the effects of loading them, and the output of
// bundlers.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { build } from "esbuild";
import { installed, require } from "./koodrive.mjs";

const manifest = require("koodrive/package.json");
const dist = join(dirname(require.resolve("koodrive/package.json")), "dist");
const read = (file) => readFileSync(join(dist, file), "utf8");
const run = (code, ...flags) =>
  execFileSync(process.execPath, [...flags, "--input-type=module", "-"], { cwd: installed, encoding: "utf8", input: code });

test("conditions are in the order in which hosts must find them", () => {
  // A Worker's bundler also sets `import`, and the first match wins.
  for (const entry of [".", "./sandbox"]) {
    assert.deepEqual(Object.keys(manifest.exports[entry]), ["workerd", "require", "import"]);
    for (const conditions of Object.values(manifest.exports[entry])) assert.deepEqual(Object.keys(conditions), ["types", "default"]);
  }
});

const IMPORTS = {
  "workerd.js": ["./koodrive.wasm"],
  "sandbox.js": ["./index.js"],
  "sandbox.cjs": ["./index.cjs"],
  "sandbox.workerd.js": ["./workerd.js", "./sandbox.wasm"],
  "undici.js": ["./index.js"],
  "undici.cjs": ["./index.cjs"],
};

test("the package holds exactly the files that its manifest and entries name", () => {
  const named = new Set();
  const collect = (value) => (typeof value === "string" ? named.add(value) : Object.values(value).forEach(collect));
  collect(manifest.exports);
  collect([manifest.main, manifest.module, manifest.types]);
  for (const file of Object.values(IMPORTS).flat()) named.add(file.replace("./", "./dist/"));
  const all = readdirSync(dist, { recursive: true, withFileTypes: true }).filter((file) => file.isFile());
  const files = all.map(({ parentPath, name }) => `./dist/${relative(dist, join(parentPath, name)).replaceAll("\\", "/")}`);
  // Declarations name other declarations, which tests/declarations.test.mjs follows.
  const isDeclaration = (file) => file.endsWith("ts");
  assert.deepEqual(
    [...named].filter((file) => !files.includes(file)),
    ["./package.json"],
  );
  assert.deepEqual(
    files.filter((file) => !named.has(file) && !isDeclaration(file)),
    [],
  );
  const kinds = (ending) => files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
  assert.deepEqual(kinds(".d.ts"), kinds(".d.cts"));
});

test("no entry uses a feature that only some hosts have", () => {
  for (const file of readdirSync(dist).filter((file) => /\.c?js$/.test(file))) {
    // The .wasm's text may contain any word by chance.
    const code = read(file).replace(/"[^"\\\n]{1000,}"/g, '""');
    const found = code.match(/import\.meta|import\(|\beval\(|\bFunction\(|\bnode:|\bdocument\b|\bprocess\b|instantiateStreaming/);
    assert.equal(found, null, file);
    const imports = [...code.matchAll(/^import .* from "(.*)"|require\("(.*?)"\)/gm)].map(([, esm, cjs]) => esm ?? cjs);
    assert.deepEqual(imports, IMPORTS[file] ?? [], file);
  }
});

test("the entries for Workers have the .wasm in a file, the others in their text", () => {
  for (const [wasm, worker, ...others] of [
    ["koodrive.wasm", "workerd.js", "index.js", "index.cjs"],
    ["sandbox.wasm", "sandbox.workerd.js", "sandbox.js", "sandbox.cjs"],
  ]) {
    const bytes = readFileSync(join(dist, wasm));
    assert.ok(WebAssembly.validate(bytes), wasm);
    // Two parts of the module as base64, where three bytes are a group.
    for (const start of [0, 3000]) {
      const part = bytes.subarray(start, start + 300).toString("base64");
      assert.ok(!read(worker).includes(part), worker);
      for (const file of others) assert.ok(read(file).includes(part), file);
    }
  }
  assert.equal(require.resolve("koodrive/module.wasm"), join(dist, "koodrive.wasm"));
});

test("the client's .wasm holds the dispatcher, and not the sandbox", () => {
  const holders = (text) => ["koodrive.wasm", "sandbox.wasm"].filter((file) => readFileSync(join(dist, file)).includes(text));
  assert.deepEqual(holders("UNKNOWN_CARRIER_USER_ID"), ["sandbox.wasm"]);
  assert.deepEqual(holders("retry_after_cap"), ["koodrive.wasm"]);
});

test("importing compiles nothing, the first use does, once and synchronously", () => {
  const printed = run(`
    let compiled = 0;
    const { Module } = WebAssembly;
    WebAssembly.Module = class extends Module { constructor(bytes) { super(bytes); compiled++; } };
    const { newTraceId, INTERNATIONAL, getCurrentRetentionPolicy } = await import("koodrive");
    getCurrentRetentionPolicy();
    console.log(INTERNATIONAL, compiled, newTraceId().length, compiled, newTraceId().length, compiled);
  `);
  assert.equal(printed, "https://intl.myhuaweicloud-koodrive.com 0 58 1 58 1\n");
});

test("the package makes no code from strings", () => {
  const printed = run(`import { newTraceId } from "koodrive"; console.log(newTraceId().length)`, "--disallow-code-generation-from-strings");
  assert.equal(printed, "58\n");
});

test("under the condition workerd the compiled module is imported and no bytes are compiled", () => {
  const hooks = `
    import { readFileSync } from "node:fs";
    export async function load(url, context, next) {
      if (!url.endsWith(".wasm")) return next(url, context);
      const bytes = JSON.stringify([...readFileSync(new URL(url))]);
      const source = "export default new hostModule(new Uint8Array(" + bytes + "))";
      return { format: "module", shortCircuit: true, source };
    }`;
  const register = `
    import { register } from "node:module";
    globalThis.hostModule = WebAssembly.Module;
    WebAssembly.Module = class {
      static [Symbol.hasInstance](value) { return value instanceof hostModule; }
      constructor() { throw new Error("Wasm code generation disallowed by embedder"); }
    };
    register(${JSON.stringify(`data:text/javascript,${encodeURIComponent(hooks)}`)});`;
  const printed = run(
    `import { Client, INTERNATIONAL, getCurrentRetentionPolicy } from "koodrive";
     import { Sandbox } from "koodrive/sandbox";
     const client = new Client({ endpoint: INTERNATIONAL, userId: "1", token: "example-token-not-real" });
     console.log((await client.send(getCurrentRetentionPolicy(), { transport: new Sandbox().fetch })).code);`,
    "--conditions=workerd",
    `--import=data:text/javascript,${encodeURIComponent(register)}`,
  );
  assert.equal(printed, "0\n");
});

/** Returns a program of one line as a browser's bundler makes it. */
const bundled = async (code) => {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: installed },
    bundle: true,
    minify: true,
    format: "esm",
    write: false,
    logLevel: "error",
  });
  return outputFiles[0].text;
};

test("a bundler's tree shaking keeps the used parts", async () => {
  const code = await bundled(`
    import { isKooDriveError, notifyPackageExpire } from "koodrive";
    try { notifyPackageExpire({ carrierUserId: "", packageId: "14" }); } catch (error) { console.log(error.name, isKooDriveError(error)); }
  `);
  assert.equal(run(code), "InvalidInputError true\n");
  assert.ok((await bundled(`import "koodrive";`)).length < 100, "nothing happens on import, so nothing is kept");
});
