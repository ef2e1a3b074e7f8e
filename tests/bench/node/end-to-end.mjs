// node end-to-end.mjs koodrive|constant|fetch ADDRESS: CPU per request with undici's Pool, 64 at once: what the library adds to
// the transport.
//
// `koodrive` makes the call and sends it; `constant` sends the same request again and again and only receives. Both read the
// whole reply. `fetch` is `koodrive` over Node's fetch.
import assert from "node:assert/strict";
import { Client, notifyPackageExpire } from "koodrive";
import { overUndici } from "koodrive/undici";
import { Pool } from "undici";
import { APP_ID, APP_SECRET, PACKAGE_ID, USER_ID, carrierUserId } from "./case.mjs";
import { cpu, print } from "./harness.mjs";

const AT_ONCE = 64;
/** In one process, after some to warm up. */
const REPEATS = 5;
const WARM = 3;

const [mode, address] = process.argv.slice(2);
const EACH = mode === "fetch" ? 40 : 300;
const origin = `http://${address}`;
const pool = new Pool(origin, { connections: AT_ONCE });
const client = new Client({ endpoint: origin, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });
const fetch = overUndici(pool);

const { method, url, headers, body } = client.request(notifyPackageExpire({ carrierUserId: carrierUserId(0), packageId: PACKAGE_ID }));
const constant = { method, path: url.slice(origin.length), headers, body };

const sending = (options) => async (number) => {
  const call = notifyPackageExpire({ carrierUserId: carrierUserId(number), packageId: PACKAGE_ID });
  const { code } = await client.send(call, options);
  assert.equal(code, "0");
};

const PATHS = {
  koodrive: sending({ transport: fetch }),
  fetch: sending({}),
  constant: async () => {
    const response = await pool.request(constant);
    assert.equal(response.statusCode, 200);
    await response.body.arrayBuffer();
  },
};
const work = PATHS[mode];

async function many() {
  for (let number = 0; number < EACH; number++) await work(number);
}

const samples = [];
for (let repeat = 0; repeat < WARM + REPEATS; repeat++) {
  const start = cpu();
  await Promise.all(Array.from({ length: AT_ONCE }, many));
  if (repeat >= WARM) samples.push((cpu() - start) / (AT_ONCE * EACH));
}
await pool.close();
const ROWS = { koodrive: ["Node, undici", "koodrive"], constant: ["Node, undici", "constant bytes"], fetch: ["Node, fetch", "koodrive"] };
print("end to end", ...ROWS[mode], "ns", samples);
