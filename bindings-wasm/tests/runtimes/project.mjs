// Makes empty projects with the package installed from its tarball, and runs programs in them.
import { execFile } from "node:child_process";
import { cp, mkdtemp, realpath, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

export const { KOODRIVE_ENDPOINT: endpoint, KOODRIVE_NPM: installed, KOODRIVE_TARBALL: tarball } = process.env;
if (!endpoint || !installed || !tarball) {
  throw new Error(
    "KOODRIVE_ENDPOINT, KOODRIVE_NPM and KOODRIVE_TARBALL must name a sandbox, a folder with koodrive installed, and its tarball; `cargo xtask test` sets them",
  );
}

/** The time-out of one test. The tests take less than a tenth of it, but a runtime may hang. */
export const limit = { timeout: 60_000 };

/** Copies an npm installation to `folder`. npm runs once for all tests. */
async function installedByNpm(folder) {
  for (const name of ["package.json", "node_modules"]) await cp(join(installed, name), join(folder, name), { recursive: true });
}

/**
 * Makes an empty folder, calls `install(folder)`, adds the files of project/, and calls
 * `work(folder)`.
 *
 * The folder is outside of this repository, so that imports cannot resolve to one of our packages.
 */
export async function project(work, install = installedByNpm) {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "koodrive-project-")));
  try {
    await install(folder);
    await cp(join(import.meta.dirname, "project"), folder, { recursive: true });
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Runs a program in a folder to its end, with more in its environment. Returns its output. */
export function run(program, args, cwd, more) {
  const { PATH } = process.env;
  // Its own home keeps personal configuration out, and caches in.
  const env = { PATH, HOME: cwd, NO_COLOR: "1", DO_NOT_TRACK: "1", ...more };
  return promisify(execFile)(program, args, { cwd, env, timeout: limit.timeout, killSignal: "SIGKILL", maxBuffer: 2 ** 26 });
}

/** Runs a program whose standard output is JSON, and returns the parsed output. */
export async function runProgram(program, args, cwd, env) {
  const { stdout, stderr } = await run(program, args, cwd, env);
  return { told: JSON.parse(stdout), stderr };
}

/**
 * Returns the binary of a runtime that has one package per platform. npm has installed the right
 * one. The front package would link it in an install script, but those are disabled here.
 */
export function binary(front, path) {
  const require = createRequire(import.meta.url);
  const { optionalDependencies } = require(`${front}/package.json`);
  for (const name of Object.keys(optionalDependencies)) {
    try {
      return join(dirname(require.resolve(`${name}/package.json`)), path);
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new Error(`npm has installed no binary of ${front} for ${process.platform} ${process.arch}`);
}
