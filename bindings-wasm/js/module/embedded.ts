// The .wasm as base64 in the package's text: bundlers and servers lose a file beside it.
import base64 from "koodrive:base64";

/** Returns the bytes of the module. */
export const wasm = (): Uint8Array<ArrayBuffer> => decoded(base64);

/** The part of Node's Buffer that is used here. */
interface Base64Decoder {
  from(text: string, encoding: "base64"): Uint8Array<ArrayBuffer>;
}

/**
 * Decodes with the host's own decoder where it has one: the loop takes 12 ms for the client's
 * module, Node's and Bun's Buffer 1.
 */
function decoded(text: string): Uint8Array<ArrayBuffer> {
  // By this name no bundler mistakes it for a wish to have a Buffer added.
  const { Buffer } = globalThis as { readonly Buffer?: Base64Decoder };
  if (Buffer?.from) return Buffer.from(text, "base64");
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
