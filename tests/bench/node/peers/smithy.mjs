// @smithy/signature-v4, the signer of the AWS SDK, signs the same request. Its algorithm derives
// the key by four more HMACs, and it caches them for the day.
import { createRequire } from "node:module";
import { APP_ID, APP_SECRET, AWS, HOST, PATH, USER_ID } from "../case.mjs";

const require = createRequire(import.meta.url);
const { Sha256 } = require("@aws-crypto/sha256-js");
const { SignatureV4 } = require("@smithy/signature-v4");

const credentials = { accessKeyId: APP_ID, secretAccessKey: APP_SECRET };
const signer = new SignatureV4({ ...AWS, credentials, sha256: Sha256 });

export const peer = "@smithy/signature-v4";

/**
 * The signature by AWS's algorithm, over the headers that the package signs; computed independently
 * of the package.
 */
export const signature = "e39a0a7a72c7eea78a2d4d40b799ca65e4ae51b19312e03fa25294f9a45cbea3";

export function signed(carrierUserId, packageId, now) {
  const request = {
    method: "POST",
    protocol: "https:",
    hostname: HOST,
    path: PATH,
    query: {},
    headers: { host: HOST, "content-type": "application/json", "x-user-id": USER_ID },
    body: JSON.stringify({ carrierUserId, type: 2, packageId }),
  };
  return signer.sign(request, { signingDate: new Date(now) });
}
