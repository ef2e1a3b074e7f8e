// Makes the published declarations: tsc writes one per source, and those that an entry reaches are
// published for each module system.
import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, relative, resolve } from "node:path";
import { generated } from "./cargo.mjs";

const here = resolve(import.meta.dirname, "..");
const tsc = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin/tsc");
const made = join(generated, "declarations");

/** Checks the sources. Writes the declarations of `entries` to `folder`. */
export function declare(entries, folder) {
  rmSync(made, { recursive: true, force: true });
  const options = ["--noEmit", "false", "--emitDeclarationOnly", "--outDir", made];
  execFileSync(process.execPath, [tsc, "--project", join(here, "tsconfig.json"), ...options], { stdio: "inherit" });
  const reached = new Set(entries.map((name) => join(made, "js", `${name}.d.ts`)));
  // The loop also visits the files that it adds.
  for (const file of reached) {
    const text = readFileSync(file, "utf8");
    for (const [, specifier] of text.matchAll(/ from "(\.[^"]+)\.js"/g)) reached.add(join(dirname(file), `${specifier}.d.ts`));
    const name = relative(join(made, "js"), file);
    if (name.startsWith("..")) throw new Error(`a published declaration needs ${name}, which is generated: declare what it needs in js/`);
    publish(join(folder, name), text);
  }
  const wasm = readFileSync(join(here, "js/koodrive.wasm.d.ts"), "utf8");
  publish(join(folder, "koodrive.wasm.d.ts"), wasm, (text) => text.replace("export default ", "export = "));
}

/** Writes `text` as the declaration of an ES module and of a CommonJS module. */
function publish(file, text, convert = (text) => text.replaceAll(/( from "\.[^"]+)\.js"/g, '$1.cjs"')) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  writeFileSync(file.replace(/\.ts$/, ".cts"), convert(text));
}
