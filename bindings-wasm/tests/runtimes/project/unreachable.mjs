// Calls a server that answers no page of another site, and reports the caller's error.
import { Client, OutcomeUnknownError, notifyPackageExpire } from "/node_modules/koodrive/dist/index.js";

const endpoint = new URLSearchParams(location.search).get("endpoint");
const client = new Client({ endpoint, userId: "1505084218764547200", token: "example-token-not-real" });
globalThis.told = client.send(notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" })).then(
  () => "it was sent",
  (error) => {
    const { name, kind, outcome, retryable } = error;
    return { name, kind, outcome, retryable, recognised: error instanceof OutcomeUnknownError, cause: error.cause?.name };
  },
);
