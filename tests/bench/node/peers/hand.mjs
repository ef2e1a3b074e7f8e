// The first version of a competent user: node:crypto, JSON.stringify, a template.
import { createHash, createHmac } from "node:crypto";
import { APP_ID, APP_SECRET, HOST, PATH, SIGNATURE, TOKEN, USER_ID } from "../case.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");

const xDate = (now) => new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");

function request(authorize, carrierUserId, packageId, now) {
  const body = JSON.stringify({ carrierUserId, type: 2, packageId });
  const date = xDate(now);
  const headers = {
    "Content-Type": "application/json",
    Authorization: authorize(date, body),
    "X-Date": date,
    "X-User-Id": USER_ID,
  };
  return { method: "POST", url: `https://${HOST}${PATH}`, headers, body };
}

function sign(date, body) {
  const signed = { host: HOST, "x-date": date, "x-user-id": USER_ID };
  const names = Object.keys(signed).sort();
  const headers = names.map((name) => `${name}:${signed[name].trim()}\n`).join("");
  const canonical = ["POST", `${PATH}/`, "", headers, names.join(";"), sha256(body)].join("\n");
  const signature = createHmac("sha256", APP_SECRET)
    .update(`HMAC-SHA256\n${sha256(canonical)}`)
    .digest("hex");
  return `HMAC-SHA256 AppId=${APP_ID},SignedHeaders=${names.join(";")},Signature=${signature}`;
}

export const peer = "hand";
export const signature = SIGNATURE;
export const bearer = (user, packageId, now) => request(() => `Bearer ${TOKEN}`, user, packageId, now);
export const signed = (user, packageId, now) => request(sign, user, packageId, now);
