// Tests the package itself: how it loads, its exports, and its privacy.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
import { delimiter, dirname, join, relative, sep } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { inspect } from "node:util";
import { APP, INTERNATIONAL, TOKEN, USER_ID, call, client, esm, installed, require } from "./koodrive.mjs";

const cjs = require("koodrive");

test("ESM and CommonJS load the same package", () => {
  assert.deepEqual(Object.keys(cjs).sort(), Object.keys(esm).sort());
  assert.equal(esm.CHINA, "https://cn.myhuaweicloud-koodrive.com");
  const options = { endpoint: INTERNATIONAL, userId: USER_ID, ...APP };
  const now = new Date("2025-11-03T07:01:45Z");
  assert.deepEqual(new cjs.Client(options).request(call, { now }), new esm.Client(options).request(call, { now }));
});

test("an import statement and a require resolve", () => {
  const run = (type, code) => execFileSync(process.execPath, [`--input-type=${type}`, "-e", code], { cwd: installed, encoding: "utf8" });
  const print = "console.log(newTraceId().length)";
  assert.equal(run("module", `import { newTraceId } from "koodrive"; ${print}`), "58\n");
  assert.equal(run("commonjs", `const { newTraceId } = require("koodrive"); ${print}`), "58\n");
});

test("an error of the other copy is recognised", () => {
  const thrown = (() => {
    try {
      cjs.notifyPackageExpire({ carrierUserId: "", packageId: "14" });
    } catch (error) {
      return error;
    }
  })();
  assert.ok(!(thrown instanceof esm.KooDriveError));
  assert.ok(esm.isKooDriveError(thrown));
  for (const other of [undefined, null, "text", {}, new Error("other")]) assert.ok(!esm.isKooDriveError(other));
});

test("the package has no dependency", () => {
  const manifest = require("koodrive/package.json");
  assert.equal(manifest.dependencies, undefined);
  for (const script of ["preinstall", "install", "postinstall", "prepare"]) assert.equal(manifest.scripts[script], undefined);
});

test("a client shows no secret", () => {
  const secrets = [APP.appSecret, TOKEN, "Zm9vOmJhcg"];
  const clients = [client(), client({ token: undefined, ...APP }), client({ token: undefined, authorization: "Basic Zm9vOmJhcg" })];
  for (const one of clients) {
    const shown = [
      inspect(one, { showHidden: true, depth: 9 }),
      JSON.stringify(one),
      JSON.stringify(structuredClone(one)),
      String(one),
      Object.getOwnPropertyNames(one).join(),
      Object.getOwnPropertySymbols(one).join(),
    ].join("\n");
    for (const secret of secrets) assert.ok(!shown.includes(secret), shown);
  }
  assert.equal(inspect(client()), "Client {}");
});

const isAlive = (one) => {
  try {
    return one.request(call).method === "POST";
  } catch (error) {
    assert.match(error.message, /freed/);
    return false;
  }
};

test("a freed client throws the error with the remedy", () => {
  const one = client();
  one.free();
  one.free();
  assert.throws(() => one.request(call), { name: "InvalidInputError", message: /freed/ });
  const other = client();
  if (Symbol.dispose) other[Symbol.dispose]();
  assert.equal(Symbol.dispose === undefined, isAlive(other));
});

test("a call survives the way to a worker", () => {
  const now = new Date("2025-11-03T07:01:45Z");
  assert.deepEqual(client().request(structuredClone(call), { now }), client().request(call, { now }));
});

test("trace ids are 58 characters and new each time", () => {
  const [first, second] = [esm.newTraceId(), esm.newTraceId()];
  assert.match(first, /^[0-9a-f]{58}$/);
  assert.notEqual(first, second);
});

test("a host without TextDecoder, such as jsdom, can import the package, and gets an error at the first use", () => {
  const code = `
    import { TextDecoder, TextEncoder } from "node:util";
    delete globalThis.TextDecoder;
    delete globalThis.TextEncoder;
    const { Client, INTERNATIONAL, getSpaceUsageByOverview } = await import(process.argv[1]);
    const make = () => new Client({ endpoint: INTERNATIONAL, userId: "1", token: "t" }).request(getSpaceUsageByOverview()).method;
    try {
      make();
    } catch (error) {
      console.log(error.message);
    }
    Object.assign(globalThis, { TextDecoder, TextEncoder });
    console.log(make());
  `;
  const entry = pathToFileURL(require.resolve("koodrive").replace(/\.cjs$/, ".js")).href;
  const stdout = execFileSync(process.execPath, ["--input-type=module", "--eval", code, entry], { encoding: "utf8" });
  const [missing, made] = stdout.trim().split("\n");
  assert.match(missing, /^this host has no Text(De|En)coder; in Jest, use the test environment node, or set globalThis\.Text/);
  assert.equal(made, "GET");
});

test("a host without a needed feature gets an error with the remedy", () => {
  const lacks = (names, code) => {
    const program = `
      for (const name of ${JSON.stringify(names)}) delete globalThis[name];
      const { Client, INTERNATIONAL, getSpaceUsageByOverview } = await import(process.argv[1]);
      const { Sandbox } = await import(process.argv[2]);
      const client = () => new Client({ endpoint: INTERNATIONAL, userId: "1", token: "t" });
      try {
        await (${code});
      } catch (error) {
        console.log(error.message);
      }
    `;
    const entries = ["koodrive", "koodrive/sandbox"].map((entry) => pathToFileURL(require.resolve(entry).replace(/\.cjs$/, ".js")).href);
    return execFileSync(process.execPath, ["--input-type=module", "--eval", program, ...entries], { encoding: "utf8" });
  };
  assert.match(lacks(["WebAssembly"], "client()"), /^koodrive needs WebAssembly, which this host lacks; run it in Node/);
  assert.match(lacks(["fetch"], "client().send(getSpaceUsageByOverview())"), /^transport: missing, and this host has no fetch of its own/);
  assert.match(lacks(["Request"], "new Sandbox().fetch(INTERNATIONAL)"), /^the sandbox's fetch needs Request and Response/);
});

// The next tests concern the packed package. `cargo xtask test` installs it; `npm test` after
// `npm run build` skips them.
const packed = { skip: process.env.KOODRIVE_TARBALL ? false : "the package is not installed from its tarball" };
const folder = dirname(require.resolve("koodrive/package.json"));
const binding = join(import.meta.dirname, "..");
const filesOf = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));

test("the package holds the files of files.txt", packed, () => {
  const listed = readFileSync(join(binding, "files.txt"), "utf8").trim().split("\n");
  const found = filesOf(folder).map((file) => relative(folder, file).replaceAll(sep, "/"));
  assert.deepEqual(found.sort(), listed.sort());
});

test("no file shows a path of the machine that built it", packed, () => {
  // The base64 in the JavaScript would hide a path in the .wasm.
  const built = ["koodrive_bg.wasm", "sandbox_bg.wasm"].map((name) => join(binding, "generated", name));
  const paths = process.env.KOODRIVE_PATHS.split(delimiter).filter((path) => path.length > 1);
  assert.ok(paths.length >= 4, paths.join());
  for (const file of [...filesOf(folder), ...built]) {
    const bytes = readFileSync(file);
    // The separator prevents that a home of `/root` is found in a word.
    for (const path of paths) assert.ok(!bytes.includes(path + sep), `${file} shows ${path}`);
  }
});

test("the .wasm files have the imports of imports.txt: no clock, no randomness, no I/O", () => {
  for (const [module, golden] of [
    ["koodrive", "imports.txt"],
    ["sandbox", "sandbox/imports.txt"],
  ]) {
    const built = readFileSync(join(binding, "generated", `${module}.imports.txt`), "utf8");
    assert.equal(built, readFileSync(join(binding, golden), "utf8"));
  }
});
