// The .wasm as base64 in the package's text: bundlers and servers lose a file beside it.
import base64 from "koodrive:base64";

/** Returns the bytes of the module. */
export function wasm() {
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
