// Bundles Workers as Cloudflare's own tools do, and serves them with workerd.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { binary } from "./project.mjs";

const workerd = binary("workerd", process.platform === "win32" ? "bin/workerd.exe" : "bin/workerd");
/** Every Worker names a date. workerd refuses a date after its own release. */
const COMPATIBILITY_DATE = "2026-11-01";

/**
 * Bundles the file workerd.mjs of a folder for Workers. Returns the package's files in the bundle.
 */
export async function bundle(folder, conditions) {
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
  return Object.keys(metafile.inputs)
    .filter((file) => file.startsWith(dist))
    .map((file) => file.slice(dist.length))
    .sort();
}

/**
 * Starts workerd with the bundle while `work(url)` lasts. The system chooses the port, which
 * workerd reports. `bindings` are texts of the Worker's `env`.
 */
export async function serving(folder, work, bindings = {}) {
  const modules = ["workerd.js", ...(await readdir(join(folder, "worker"))).filter((name) => name.endsWith(".wasm"))].map(
    (name) => `(name = "${name}", ${name.endsWith(".wasm") ? "wasm" : "esModule"} = embed "worker/${name}")`,
  );
  const env = Object.entries(bindings).map(([name, text]) => `(name = "${name}", text = ${JSON.stringify(text)})`);
  const config = `using Workerd = import "/workerd/workerd.capnp";
    const config :Workerd.Config = (
      services = [
        (name = "main", worker = (
          modules = [${modules}],
          bindings = [${env}],
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
