// Empty projects that have the package installed from its tarball, and the programs that run in them.
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

/** For one test. Nothing here takes a tenth of it; a hung runtime must not hang the tests. */
export const limit = { timeout: 60_000 };

/** What npm made of an empty folder, once for all tests. */
async function installedByNpm(folder) {
  for (const name of ["package.json", "node_modules"]) await cp(join(installed, name), join(folder, name), { recursive: true });
}

/**
 * An empty folder, then `install(folder)`, then the files of project/ beside what is installed, while `work(folder)` lasts. It
 * lies outside of this repository, so that nothing is resolved to a package of ours by accident.
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

/** Runs a program in a folder to its end, with more in its environment. Gives what it printed. */
export function run(program, args, cwd, more) {
  const { PATH } = process.env;
  // A home of its own: it neither finds what a person has configured nor leaves a cache behind.
  const env = { PATH, HOME: cwd, NO_COLOR: "1", DO_NOT_TRACK: "1", ...more };
  return promisify(execFile)(program, args, { cwd, env, timeout: limit.timeout, killSignal: "SIGKILL", maxBuffer: 2 ** 26 });
}

/** The same for a program whose standard output is JSON. */
export async function runProgram(program, args, cwd, env) {
  const { stdout, stderr } = await run(program, args, cwd, env);
  return { told: JSON.parse(stdout), stderr };
}

/**
 * The binary of a runtime that comes as one package per platform; npm has installed the one that fits. Its front package would
 * link it in an install script, and those do not run here.
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
