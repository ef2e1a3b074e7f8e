// Loads the Rust core on first use, so that importing the package costs nothing and no one has to call init().
//
// The module is part of the package's text: a file beside it is what bundlers and servers lose. Should the core ever trap
// (WebAssembly.RuntimeError; it has no way to panic that we know of), the module's memory cannot be trusted any more: restart
// the process or worker.
import * as glue from "koodrive:glue";
import hex from "koodrive:wasm";

let loaded = false;

/** What the core exports; see bindings-wasm/src/lib.rs. */
export function core() {
  if (!loaded) {
    glue.initSync({ module: bytes(hex) });
    loaded = true;
  }
  return glue;
}

function bytes(hex) {
  if (Uint8Array.fromHex) return Uint8Array.fromHex(hex);
  if (globalThis.Buffer) return Buffer.from(hex, "hex");
  const bytes = new Uint8Array(hex.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = parseInt(hex.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}
