// The lower bound for Node's own OpenSSL: HMAC by hand over crypto.hash, which Node 20.12 added and
// which takes a third of createHash's time. No program should contain this code.
import { hash } from "node:crypto";
import { APP_SECRET, SIGNATURE } from "../case.mjs";
import { signing } from "./parts.mjs";

const BLOCK = 64;
const DIGEST = 32;
const MESSAGE = "HMAC-SHA256\n".length + 2 * DIGEST;

const inner = Buffer.alloc(BLOCK + MESSAGE, 0x36);
const outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);
Buffer.from(APP_SECRET).forEach((byte, at) => {
  inner[at] ^= byte;
  outer[at] ^= byte;
});

const sha256 = (text) => hash("sha256", text, "hex");

function hmac(text) {
  inner.latin1Write(text, BLOCK);
  outer.hexWrite(sha256(inner), BLOCK);
  return sha256(outer);
}

export const peer = "tuned, crypto.hash";
export const signature = SIGNATURE;
export const signed = signing(sha256, hmac);
