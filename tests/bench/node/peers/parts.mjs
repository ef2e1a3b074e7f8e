// The parts that the tuned peers share: everything but the hash.
import { APP_ID, HOST, PATH, TOKEN, USER_ID } from "../case.mjs";

const URL = `https://${HOST}${PATH}`;
const BEARER = `Bearer ${TOKEN}`;
const BEFORE_DATE = `POST\n${PATH}/\n\nhost:${HOST}\nx-date:`;
const AFTER_DATE = `\nx-user-id:${USER_ID}\n\nhost;x-date;x-user-id\n`;
const BEFORE_SIGNATURE = `HMAC-SHA256 AppId=${APP_ID},SignedHeaders=host;x-date;x-user-id,Signature=`;

const PLAIN = /^[ !#-[\]-~]*$/;
/** Returns `text` in JSON. Few ids have characters that JSON escapes. */
const json = (text) => (PLAIN.test(text) ? `"${text}"` : JSON.stringify(text));

const body = (carrierUserId, packageId) => `{"carrierUserId":${json(carrierUserId)},"type":2,"packageId":${json(packageId)}}`;

/** Returns `now` as X-Date. toISOString takes half the time of getUTCFullYear and the like. */
function xDate(now) {
  const text = new Date(now).toISOString();
  return `${text.slice(0, 4)}${text.slice(5, 7)}${text.slice(8, 13)}${text.slice(14, 16)}${text.slice(17, 19)}Z`;
}

const request = (authorization, date, body) => ({
  method: "POST",
  url: URL,
  headers: { "content-type": "application/json", authorization, "x-date": date, "x-user-id": USER_ID },
  body,
});

export const bearer = (carrierUserId, packageId, now) => request(BEARER, xDate(now), body(carrierUserId, packageId));

/** Returns a peer that signs with `sha256` and `hmac`, which return hex. */
export const signing = (sha256, hmac) => (carrierUserId, packageId, now) => {
  const date = xDate(now);
  const text = body(carrierUserId, packageId);
  const canonical = BEFORE_DATE + date + AFTER_DATE + sha256(text);
  return request(BEFORE_SIGNATURE + hmac(`HMAC-SHA256\n${sha256(canonical)}`), date, text);
};

const decoder = new TextDecoder();

/**
 * Returns the reply. Its code is text, because the publisher's pages show it both as text and as a
 * number.
 */
export function parse({ status, body }) {
  if (status !== 200) throw new Error(`HTTP ${status}`);
  const { code, msg } = JSON.parse(decoder.decode(body));
  if (code !== 0 && code !== "0") throw new Error(`code ${code}`);
  return { code: String(code), msg: msg ?? null, traceId: null };
}
