// aws4, as its README shows it, signs the same request. Its algorithm derives the key by four more
// HMACs, and it caches them for the day.
import { createRequire } from "node:module";
import { APP_ID, APP_SECRET, AWS, HOST, PATH, USER_ID } from "../case.mjs";

const aws4 = createRequire(import.meta.url)("aws4");

const credentials = { accessKeyId: APP_ID, secretAccessKey: APP_SECRET };

export const peer = "aws4";

/**
 * The signature by AWS's algorithm, over the headers that aws4 signs; computed independently of the
 * package.
 */
export const signature = "6ed1e83dc9302e793412b169d9411920ca7c7a14f80aa759a2d29a84127584b4";

export function signed(carrierUserId, packageId, now) {
  const body = JSON.stringify({ carrierUserId, type: 2, packageId });
  const date = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const headers = { "content-type": "application/json", "x-amz-date": date, "x-user-id": USER_ID };
  return aws4.sign({ method: "POST", host: HOST, path: PATH, headers, body, ...AWS }, credentials);
}
