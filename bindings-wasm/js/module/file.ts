// Imports the .wasm as a file that the host has compiled, since Workers refuse to compile bytes.
import module from "koodrive:file";

export const wasm = (): WebAssembly.Module => module;
