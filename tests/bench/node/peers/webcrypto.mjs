// WebCrypto, the only hash of a browser, takes three promises per request. Runs in Node and in the
// page.
import { APP_ID, APP_SECRET, HOST, PATH, SIGNATURE, USER_ID } from "../case.mjs";

const encoder = new TextEncoder();
const { subtle } = globalThis.crypto;
const key = await subtle.importKey("raw", encoder.encode(APP_SECRET), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);

const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const sha256 = async (text) => hex(await subtle.digest("SHA-256", encoder.encode(text)));
const hmac = async (text) => hex(await subtle.sign("HMAC", key, encoder.encode(text)));

export const peer = "WebCrypto";
export const signature = SIGNATURE;

export async function signed(carrierUserId, packageId, now) {
  const body = JSON.stringify({ carrierUserId, type: 2, packageId });
  const date = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const names = "host;x-date;x-user-id";
  const canonical = `POST\n${PATH}/\n\nhost:${HOST}\nx-date:${date}\nx-user-id:${USER_ID}\n\n${names}\n${await sha256(body)}`;
  const authorization = `HMAC-SHA256 AppId=${APP_ID},SignedHeaders=${names},Signature=${await hmac(`HMAC-SHA256\n${await sha256(canonical)}`)}`;
  const headers = { "content-type": "application/json", authorization, "x-date": date, "x-user-id": USER_ID };
  return { method: "POST", url: `https://${HOST}${PATH}`, headers, body };
}
