// What the declarations must accept.
import {
  ApiError,
  CHINA,
  Client,
  INTERNATIONAL,
  type Call,
  type Exchange,
  type Explanation,
  getCurrentRetentionPolicy,
  isKooDriveError,
  newTraceId,
  notifyPackageExpire,
} from "koodrive";
import { Sandbox } from "koodrive/sandbox";

const client = new Client({ endpoint: INTERNATIONAL, userId: "1", appId: "a", appSecret: "s", clockMarginSeconds: 10 });
new Client({ endpoint: CHINA, userId: "1", token: "t" });
new Client({ endpoint: CHINA, userId: "1", token: async () => "t", allowPlainHttp: true });
new Client({ endpoint: CHINA, userId: "1", authorization: "Bearer t" });
const call = notifyPackageExpire({ carrierUserId: "1", packageId: "2", undocumentedType: 1 });
const calls: Call[] = [call, getCurrentRetentionPolicy()];

// A request is a valid RequestInit.
const { url, ...init } = client.request(call, { now: new Date(), date: Date.now(), traceId: newTraceId() });
const response = await fetch(url, init);
const reply = client.parse(call, { status: response.status, headers: response.headers, body: await response.arrayBuffer() });
const code: string = reply.code;
const msg: string | null = reply.msg;
client.parse(call, { status: 200, headers: { date: "x", age: undefined, via: ["a"] }, body: "" });
client.parse(call, { status: 200, headers: [["date", "x"]], body: new Uint8Array() });

const { policyList } = await client.send(getCurrentRetentionPolicy());
const ids: (string | null)[] = policyList.map((policy) => policy.policyId);
await client.send(call, {
  fetch,
  signal: AbortSignal.timeout(5),
  timeoutMs: 5,
  maxReplyBytes: 5,
  now: () => new Date(),
  onExchange: async ({ status, kind, startedAt }: Exchange) => [status, kind, startedAt.getTime()],
});
await client.send(call, { fetch: async () => new Response("{}") });
await client.send(call, { fetch: (url, init) => fetch(url, { ...init, keepalive: true }) });

const explanation: Explanation = client.explain(call, { now: 0, message: "m" });
const line: number | undefined = explanation.difference?.line;
client.observeClock(new Headers(), 0, new Date());
const offset: number = client.withCredentials({ token: "t" }).clockOffsetMs;
try {
  for (const one of calls) await client.send(one);
} catch (error) {
  if (error instanceof ApiError) {
    const status: number = error.status;
    console.log(status, error.retryAfter);
  }
  if (isKooDriveError(error) && error.kind === "outcome_unknown") {
    const outcome: "unknown" = error.outcome;
    console.log(outcome, error.cause);
  }
}
using other = client.withCredentials({ authorization: "x" });
console.log(code, msg, ids, line, offset, other);

const sandbox = new Sandbox({
  apps: [{ appId: "a", appSecret: "s" }],
  whitelist: ["1"],
  policies: [{ policyId: 300000000000000001n }],
  faults: [429, "pass", "cut-in-headers", { delay: 1 }, { status: 502, retryAfter: "3" }],
  now: () => new Date(),
});
await client.send(call, { fetch: sandbox.fetch });
const answered = await sandbox.fetch(url, init);
const accepted: string | undefined = sandbox.accepted()[0]?.carrierUserId;
console.log(answered.status, accepted);
