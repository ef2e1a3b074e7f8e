// node start.mjs PEER: what a fresh process computes until the package is imported, and until it has signed its first request.
import { CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT } from "./case.mjs";
import { cpu, print } from "./harness.mjs";

/** What each imports as its users do; the peer's own module is imported afterwards. */
const PACKAGES = { koodrive: "koodrive", official: "@huaweicloud/huaweicloud-sdk-core", hand: "node:crypto" };

const file = process.argv[2];
const start = cpu();
await import(PACKAGES[file]);
const imported = cpu();
const { peer, signed } = await import(`./peers/${file}.mjs`);
signed(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT);
const done = cpu();
print("start", "Node, import", peer, "ms", [(imported - start) / 1e6]);
print("start", "Node, import to first signed request", peer, "ms", [(done - start) / 1e6]);
