// workerd, the runtime of Cloudflare Workers. It loads no package by itself, so a bundler that knows its condition goes before
// it, as in Cloudflare's own tools; the .wasm stays a file, which workerd compiles, since a Worker may not.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { build } from "esbuild";
import { assertScenario } from "./expected.mjs";
import { binary, endpoint, limit, project } from "./project.mjs";

const workerd = binary("workerd", process.platform === "win32" ? "bin/workerd.exe" : "bin/workerd");
/** Every Worker names one; workerd refuses those after its own release. */
const COMPATIBILITY_DATE = "2026-11-01";

/** Bundles project/workerd.mjs for Workers. Gives the files of the package that went into it. */
async function bundle(folder, conditions) {
  const { warnings, metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ["workerd.mjs"],
    outdir: "worker",
    bundle: true,
    format: "esm",
    target: "es2022",
    conditions,
    loader: { ".wasm": "copy" },
    logLevel: "silent",
    metafile: true,
  });
  assert.deepEqual(warnings, []);
  const dist = "node_modules/koodrive/dist/";
  return Object.keys(metafile.inputs).filter((file) => file.startsWith(dist)).map((file) => file.slice(dist.length)).sort();
}

/** Starts workerd with the bundle, while `work(url)` lasts; the system chooses the port, which workerd then tells. */
async function serving(folder, work) {
  const modules = ["workerd.js", ...(await readdir(join(folder, "worker"))).filter((name) => name.endsWith(".wasm"))].map(
    (name) => `(name = "${name}", ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "worker/${name}")`,
  );
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = (
          modules = [${modules}],
          compatibilityDate = "${COMPATIBILITY_DATE}",
          globalOutbound = "loopback")),
        (name = "loopback", network = (allow = ["local"]))],
      sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]);`;
  await writeFile(join(folder, "config.capnp"), config);
  const child = spawn(workerd, ["serve", "config.capnp", "--control-fd=3"], { cwd: folder, stdio: ["ignore", "inherit", "pipe", "pipe"] });
  const ended = new Promise((resolve) => child.once("close", resolve));
  let complaints = "";
  child.stderr.setEncoding("utf8").on("data", (text) => (complaints += text));
  try {
    const { value: line } = await createInterface(child.stdio[3])[Symbol.asyncIterator]().next();
    if (line === undefined) throw new Error(`workerd ended with ${await ended}: ${complaints}`);
    const { port } = JSON.parse(line);
    const result = await work(`http://127.0.0.1:${port}`);
    assert.equal(complaints, "");
    return result;
  } finally {
    child.kill("SIGKILL");
    await ended;
  }
}

/** What the Worker answers. */
const answer = (folder) =>
  serving(folder, async (url) => {
    const response = await fetch(`${url}/?endpoint=${encodeURIComponent(endpoint)}`);
    return { status: response.status, text: await response.text() };
  });

test("workerd", limit, () =>
  project(async (folder) => {
    assert.deepEqual(await bundle(folder, ["workerd"]), ["koodrive.wasm", "sandbox.wasm", "sandbox.workerd.js", "workerd.js"]);
    const { status, text } = await answer(folder);
    assert.equal(status, 200, text);
    await assertScenario(JSON.parse(text));
  }));

test("workerd, a Worker bundled without the condition is told so", limit, () =>
  project(async (folder) => {
    assert.deepEqual(await bundle(folder, []), ["index.js", "sandbox.js"]);
    const { status, text } = await answer(folder);
    assert.equal(status, 500);
    assert.match(text, /koodrive cannot compile .* a Worker must be bundled with the condition "workerd"/);
  }));
