// `node end-to-end.mjs PATH ADDRESS` measures CPU per request with undici's Pool, 64 requests at
// once, to show what the library adds to the transport.
//
// `koodrive` creates a call and sends it. `dispatch` sends calls through the dispatcher. `constant`
// sends the same request again and again, and parses nothing. `fetch` is `koodrive` over Node's
// fetch. All read the whole reply.
import assert from "node:assert/strict";
import { Client, dispatch, notifyPackageExpire } from "koodrive";
import { overUndici } from "koodrive/undici";
import { Pool } from "undici";
import { APP_ID, APP_SECRET, PACKAGE_ID, USER_ID, carrierUserId } from "./case.mjs";
import { print, time } from "./harness.mjs";

const AT_ONCE = 64;

const [mode, address] = process.argv.slice(2);
/** Requests per sample and connection. */
const EACH = mode === "fetch" ? 10 : 100;
const origin = `http://${address}`;
const pool = new Pool(origin, { connections: AT_ONCE });
const client = new Client({ endpoint: origin, userId: USER_ID, appId: APP_ID, appSecret: APP_SECRET });
const transport = overUndici(pool);

const { method, url, headers, body } = client.request(notifyPackageExpire({ carrierUserId: carrierUserId(0), packageId: PACKAGE_ID }));
const constant = { method, path: url.slice(origin.length), headers, body };

const sending = (options) => async (number) => {
  const call = notifyPackageExpire({ carrierUserId: carrierUserId(number), packageId: PACKAGE_ID });
  const { code } = await client.send(call, options);
  assert.equal(code, "0");
};

const PATHS = {
  koodrive: sending({ transport }),
  fetch: sending({}),
  constant: async () => {
    const response = await pool.request(constant);
    assert.equal(response.statusCode, 200);
    await response.body.arrayBuffer();
  },
};

async function many() {
  for (let number = 0; number < EACH; number++) await PATHS[mode](number);
}

function* calls() {
  for (let number = 0; number < AT_ONCE * EACH; number++) {
    yield [number, notifyPackageExpire({ carrierUserId: carrierUserId(number), packageId: PACKAGE_ID })];
  }
}

async function dispatched() {
  const options = { transport, rate: 100_000, burst: AT_ONCE * EACH, concurrency: AT_ONCE };
  for await (const { verdict } of dispatch(client, calls(), options)) assert.equal(verdict, "delivered");
}

const work = mode === "dispatch" ? dispatched : () => Promise.all(Array.from({ length: AT_ONCE }, many));
const spent = await time(work);
await pool.close();
const ROWS = {
  koodrive: ["Node, undici", "koodrive"],
  constant: ["Node, undici", "constant bytes"],
  dispatch: ["Node, undici", "koodrive, dispatched"],
  fetch: ["Node, fetch", "koodrive"],
};
print(...ROWS[mode], "ns", spent / (AT_ONCE * EACH));
