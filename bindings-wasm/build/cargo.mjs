// Compiles the crates to WebAssembly with the stable toolchain, and lets wasm-bindgen write the
// JavaScript that calls them.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";

const TRIPLE = "wasm32-unknown-unknown";
const root = resolve(import.meta.dirname, "../..");

/** Cargo's build directory, which the caller may have moved. */
const target = resolve(root, process.env.CARGO_TARGET_DIR ?? "target");

/** The folder of generated files that js/ imports. */
export const generated = resolve(import.meta.dirname, "../generated");

// Node 16 and all browsers since 2023 have SIMD. Without it a signed request takes 28 % longer in
// Node 20.
const FLAGS = ["-Ctarget-feature=+simd128"];

const separator = "\x1f";
const rustflags = [...(process.env.CARGO_ENCODED_RUSTFLAGS ?? "").split(separator).filter(Boolean), ...FLAGS].join(separator);

function run(program, args, env = process.env) {
  execFileSync(program, args, { cwd: root, env, stdio: ["ignore", "inherit", "inherit"] });
}

/** Installs Rust's standard library for WebAssembly if it is missing. */
export function ensureTarget() {
  const library = execFileSync("rustc", ["--print", "target-libdir", "--target", TRIPLE], { cwd: root, encoding: "utf8" }).trim();
  if (existsSync(library)) return;
  try {
    run("rustup", ["target", "add", TRIPLE]);
  } catch (cause) {
    throw new Error(
      `Rust has no standard library for ${TRIPLE}, and \`rustup target add ${TRIPLE}\` failed; install it, then build again`,
      { cause },
    );
  }
}

/** Compiles the package `name` of the workspace. Returns the path of its .wasm. */
export function compile(name) {
  console.log(`compiling ${name}`);
  // An rlib beside the cdylib would prevent link-time optimisation.
  const args = [
    "rustc",
    "--quiet",
    "--locked",
    "--package",
    name,
    "--lib",
    "--crate-type",
    "cdylib",
    "--profile",
    "wasm",
    "--target",
    TRIPLE,
  ];
  run("cargo", args, { ...process.env, CARGO_ENCODED_RUSTFLAGS: rustflags });
  return join(target, TRIPLE, "wasm", `${name.replaceAll("-", "_")}.wasm`);
}

function glue(...args) {
  mkdirSync(generated, { recursive: true });
  run("cargo", ["run", "--quiet", "--locked", "--package", "koodrive-wasm-glue", "--", ...args]);
}

/** Writes `name.js`, its declarations and `name_bg.wasm` from the compiled `module`. */
export const bind = (module, name) => glue("bind", module, name, generated);

/** Writes the core's names that JavaScript needs. */
export const writeNames = () => glue("names", join(generated, "names.ts"));
