// node requests.mjs PEER: one request and one reply at a time, for the peer in peers/.
import assert from "node:assert/strict";
import { CARRIER_USER_ID, PACKAGE_ID, RESPONSE, SIGNED_AT } from "./case.mjs";
import { print, time } from "./harness.mjs";
import { assertSigned } from "./signed.mjs";

const { bearer, parse, peer, signed } = await assertSigned(await import(`./peers/${process.argv[2]}.mjs`));
if (parse) assert.deepEqual({ ...parse(RESPONSE) }, { code: "0", msg: "Success.", traceId: null });

if (bearer) print("node", "bearer request", peer, "ns", await time(() => bearer(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT)));
print("node", "signed request", peer, "ns", await time(() => signed(CARRIER_USER_ID, PACKAGE_ID, SIGNED_AT)), true);
if (parse) print("node", "parse", peer, "ns", await time(() => parse(RESPONSE)));
