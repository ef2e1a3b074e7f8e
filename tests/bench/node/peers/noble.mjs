// @noble/hashes, SHA-256 in JavaScript, as its README shows it.
import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { APP_SECRET, SIGNATURE } from "../case.mjs";
import { signing } from "./parts.mjs";

const key = utf8ToBytes(APP_SECRET);

export const peer = "@noble/hashes";
export const signature = SIGNATURE;
export const signed = signing(
  (text) => bytesToHex(sha256(utf8ToBytes(text))),
  (text) => bytesToHex(hmac(sha256, key, utf8ToBytes(text))),
);
