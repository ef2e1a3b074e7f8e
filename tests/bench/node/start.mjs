// `node start.mjs PEER UNTIL` imports a package, and also signs a request unless UNTIL is `import`.
// start.py times this process, and one that does `nothing`. With a third argument, the name of a
// file, it prints that file at its end.
import { readFileSync } from "node:fs";
import { APP_ID, APP_SECRET, CARRIER_USER_ID, HOST, PACKAGE_ID, PATH, USER_ID, X_DATE } from "./case.mjs";

/** Functions that import a package as its users do, and return a function that signs a request. */
const PEERS = {
  koodrive: async () => {
    const { Client, INTERNATIONAL, notifyPackageExpire } = await import("koodrive");
    return () => {
      const client = new Client({ endpoint: INTERNATIONAL, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });
      return client.request(notifyPackageExpire({ carrierUserId: CARRIER_USER_ID, packageId: PACKAGE_ID })).headers.authorization;
    };
  },
  "node:crypto": async () => {
    const { createHash, createHmac } = await import("node:crypto");
    const sha256 = (text) => createHash("sha256").update(text).digest("hex");
    return () => {
      const body = JSON.stringify({ carrierUserId: CARRIER_USER_ID, type: 2, packageId: PACKAGE_ID });
      const canonical = `POST\n${PATH}/\n\nhost:${HOST}\nx-date:${X_DATE}\nx-user-id:${USER_ID}\n\nhost;x-date;x-user-id\n${sha256(body)}`;
      return createHmac("sha256", APP_SECRET)
        .update(`HMAC-SHA256\n${sha256(canonical)}`)
        .digest("hex");
    };
  },
  "@huaweicloud/huaweicloud-sdk-core": async () => {
    const { default: core } = await import("@huaweicloud/huaweicloud-sdk-core");
    const { default: signer } = await import("@huaweicloud/huaweicloud-sdk-core/auth/AKSKSigner.js");
    return () => {
      const credentials = new core.BasicCredentials().withAk(APP_ID).withSk(APP_SECRET);
      const headers = { "content-type": "application/json", "X-User-Id": USER_ID };
      const data = { carrierUserId: CARRIER_USER_ID, type: 2, packageId: PACKAGE_ID };
      const request = { method: "POST", endpoint: `https://${HOST}${PATH}`, headers, queryParams: {}, data };
      return signer.AKSKSigner.sign(request, credentials).Authorization;
    };
  },
};

const [peer, until, status] = process.argv.slice(2);
const sign = await PEERS[peer]?.();
if (sign && until !== "import") {
  const signature = sign();
  if (!/[0-9a-f]{64}$/.test(signature)) throw new Error(`${peer}: ${signature}`);
}
if (status) console.log(readFileSync(status, "utf8"));
