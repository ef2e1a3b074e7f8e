// The expected result of project/scenario.mjs: the published computed examples of a signed request,
// and the sandbox's answers.
import assert from "node:assert/strict";
import { endpoint } from "./project.mjs";

const SERVICE = "https://intl.myhuaweicloud-koodrive.com/koodrive/ose/v1/carrier";
const authorization = (signature) => `HMAC-SHA256 AppId=example-app-id,SignedHeaders=host;x-date;x-user-id,Signature=${signature}`;
const SIGNED = [
  {
    method: "POST",
    url: `${SERVICE}/users/notifyPackageExpire`,
    headers: {
      "content-type": "application/json",
      "x-user-id": "1505084218764547200",
      "x-date": "20251103T070140Z",
      authorization: authorization("085bb07ec7b3ce3b9070986cdbbcf96406fc3dcc0288d33dacf9fd7c2fe35bac"),
    },
    body: '{"carrierUserId":"189642158555241211","type":2,"packageId":"14"}',
    redirect: "manual",
  },
  {
    method: "GET",
    url: `${SERVICE}/retention/policy/getList`,
    headers: {
      "x-user-id": "1505084218764547200",
      "x-date": "20251103T070140Z",
      authorization: authorization("c582ce0670626271ec0285f31c23f27f6ec0052ae3f9cdc96dc91a737da54837"),
    },
    redirect: "manual",
  },
];

/** Compares a runtime's result, and asks the sandbox whether it acted on the call. */
export async function assertScenario({ signed, reply, read, refused, rehearsal, night }) {
  assert.deepEqual(signed, SIGNED);

  const { traceId, ...rest } = reply;
  assert.deepEqual(rest, { code: "0", msg: "Success." });
  assert.match(traceId, /^[0-9a-f]{58}$/);
  const accepted = await (await fetch(`${endpoint}/sandbox/accepted`)).json();
  const arrived = accepted.filter((call) => call.traceId === traceId);
  assert.equal(arrived.length, 1, `accepted once: ${traceId}`);
  const { carrierUserId, packageId, type } = arrived[0];
  assert.deepEqual({ carrierUserId, packageId, type }, { carrierUserId: "189642158555241211", packageId: "14", type: 2 });

  // tests/sandbox/readmes.json configures this answer.
  const body = '{"code":0,"msg":"Success.","data":{"userId":1316083732377070977,"status":0}}';
  assert.deepEqual(read, { used: "string", status: 200, code: "0", body, json: 0 });

  const { msg, ...error } = refused;
  assert.deepEqual(error, {
    name: "ApiError",
    recognised: true,
    kind: "api",
    outcome: "refused",
    retryable: false,
    status: 401,
    code: "SANDBOX.SIGNATURE_MISMATCH",
  });
  assert.match(msg, /^verify signature fail, canonicalRequest:POST\|/);

  assert.deepEqual(rehearsal, {
    reply: { code: "0", msg: "Success." },
    accepted: [{ operation: "notifyPackageExpire", carrierUserId: "189642158555241211", packageId: "14", type: 2, traceId: true }],
    busy: { kind: "api", status: 503, retryable: true },
  });

  assert.deepEqual(night, [
    ["row 1", "delivered", 1, "0"],
    ["row 2", "delivered", 1, "0"],
    ["row 3", "delivered", 2, "0"],
    ["row 4", "unknown", 1, null],
  ]);
}
