// The program of hand.mjs, tuned to the limit: constant text is written once, and the key is
// prepared once.
import { createHash, createHmac, createSecretKey } from "node:crypto";
import { APP_SECRET, SIGNATURE } from "../case.mjs";
import { signing } from "./parts.mjs";

const key = createSecretKey(Buffer.from(APP_SECRET));
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (text) => createHmac("sha256", key).update(text).digest("hex");

export { bearer, parse } from "./parts.mjs";
export const peer = "tuned";
export const signature = SIGNATURE;
export const signed = signing(sha256, hmac);
