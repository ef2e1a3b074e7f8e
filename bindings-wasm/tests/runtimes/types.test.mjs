// Checks the declarations with Deno's own compiler and lib, on the samples of ../types, right and
// wrong ones. xtask/src/types.rs compiles them for the other hosts.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { binary, limit, project, run } from "./project.mjs";

const deno = binary("deno", process.platform === "win32" ? "deno.exe" : "deno");
const SAMPLES = ["core.mts", "dispatch.mts", "sandbox.mts", "fetch.mts", "wrong.mts"];

test("Deno, types", limit, () =>
  project(async (folder) => {
    for (const name of SAMPLES) {
      const text = await readFile(join(import.meta.dirname, "../types", name), "utf8");
      // Deno resolves a file by its own name instead of its compiled one.
      await writeFile(join(folder, name), text.replaceAll('"./core.mjs"', '"./core.mts"'));
    }
    await run(deno, ["check", "--node-modules-dir=manual", ...SAMPLES], folder);
  }),
);
