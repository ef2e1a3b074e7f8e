// @huaweicloud/huaweicloud-sdk-core is the signer of Huawei's own SDK, and its clients call it for
// every request. Its algorithm is SDK-HMAC-SHA256. KooDrive's algorithm is derived from it: the
// same number of hashes, other names.
import { createRequire } from "node:module";
import { APP_ID, APP_SECRET, HOST, PATH, USER_ID } from "../case.mjs";

const { AKSKSigner } = createRequire(import.meta.url)("@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js");

const credential = { getAk: () => APP_ID, getSk: () => APP_SECRET };

export const peer = "@huaweicloud/huaweicloud-sdk-core";

/**
 * The signature by SDK-HMAC-SHA256, over the headers that the SDK signs; computed independently of
 * the SDK.
 */
export const signature = "94ba86a4ef204ccbd4da2a01e287b911a65e6b458469d2ae8eb173227a722728";

export function signed(carrierUserId, packageId, now) {
  const data = { carrierUserId, type: 2, packageId };
  const date = new Date(now).toISOString().replace(/[-:]|\.\d{3}/g, "");
  const request = {
    method: "POST",
    endpoint: `https://${HOST}${PATH}`,
    headers: { "content-type": "application/json", "X-Sdk-Date": date, "X-User-Id": USER_ID },
    queryParams: {},
    data,
  };
  const headers = AKSKSigner.sign(request, credential);
  return { method: "POST", url: request.endpoint, headers, body: JSON.stringify(data) };
}
