// Samples that the declarations must refuse, each with the named error code. xtask/src/types.rs
// compares the codes.
import { ApiError, CHINA, Client, dispatch, getCurrentRetentionPolicy, getSpaceUsageByOverview, HaltedError, isKooDriveError, KooDriveError, notifyPackageExpire, rawCall } from "koodrive";
import { Sandbox } from "koodrive/sandbox";

// @ts-expect-error TS2322 An id is text.
notifyPackageExpire({ carrierUserId: 1, packageId: "2" });
// @ts-expect-error TS2322 An id is text, not a bigint either.
notifyPackageExpire({ carrierUserId: "1", packageId: 2n });
// @ts-expect-error TS2741 Both ids are needed.
notifyPackageExpire({ carrierUserId: "1" });
// @ts-expect-error TS2322 An undocumented type is asked for by name.
notifyPackageExpire({ carrierUserId: "1", packageId: "2", type: 1 });
// @ts-expect-error TS2561 Names are as the publisher writes them.
notifyPackageExpire({ carrierUserID: "1", packageId: "2" });
// @ts-expect-error TS2554 The safe first call takes nothing.
getSpaceUsageByOverview({});
// @ts-expect-error TS2322 There are five methods.
rawCall({ method: "TRACE", path: "/a" });
// @ts-expect-error TS2741 A raw call has a path.
rawCall({ method: "GET" });

// @ts-expect-error TS2345 One way to authenticate is needed.
new Client({ endpoint: CHINA, userId: "1" });
// @ts-expect-error TS2345 One way, not two.
new Client({ endpoint: CHINA, userId: "1", token: "t", appId: "a", appSecret: "s" });
// @ts-expect-error TS2345 One way, not two.
new Client({ endpoint: CHINA, userId: "1", token: "t", authorization: "a" });
// @ts-expect-error TS2345 An app id needs its secret.
new Client({ endpoint: CHINA, userId: "1", appId: "a" });
// @ts-expect-error TS2345 A secret needs its app id.
new Client({ endpoint: CHINA, userId: "1", appSecret: "s" });
// @ts-expect-error TS2353 Unknown options are refused.
new Client({ endpoint: CHINA, userId: "1", token: "t", appKey: "a" });
// @ts-expect-error TS2345 Every client has a user id.
new Client({ endpoint: CHINA, token: "t" });
// @ts-expect-error TS2322 A user id is text.
new Client({ endpoint: CHINA, userId: 1, token: "t" });
// @ts-expect-error TS2322 A token function gives a text.
new Client({ endpoint: CHINA, userId: "1", token: () => undefined });
// @ts-expect-error TS2554 A client has options.
new Client();

const client = new Client({ endpoint: CHINA, userId: "1", token: "t" });
const call = notifyPackageExpire({ carrierUserId: "1", packageId: "2" });
// @ts-expect-error TS2345 A call is made by a function of its name.
client.request({ operation: "reverseOrder" });
// @ts-expect-error TS2345 An operation alone is not yet a notification.
client.request({ operation: "notifyPackageExpire" });
// @ts-expect-error TS2322 An instant is a Date or a number.
client.request(call, { now: "2025-11-03" });
// @ts-expect-error TS2353 Options of send are none of request.
client.request(call, { timeoutMs: 5 });
// @ts-expect-error TS2532 A GET has no body to rely on.
client.request(getCurrentRetentionPolicy()).body.length;
// @ts-expect-error TS2540 What is signed is not changed.
client.request(call).body = "{}";
// @ts-expect-error TS2542 What is signed is not changed.
client.request(call).headers["x-date"] = "";
// @ts-expect-error TS2353 Options of request are none of a reply.
client.parse(call, { status: 200, headers: {}, body: "", now: 0 });
// @ts-expect-error TS2741 A reply has headers, without which the clock is not learned.
client.parse(call, { status: 200, body: "" });
// @ts-expect-error TS2322 A body is text or bytes, not what JSON.parse made of it.
client.parse(call, { status: 200, headers: {}, body: {} });

const reply = client.parse(call, { status: 200, headers: {}, body: "" });
// @ts-expect-error TS2339 A notification's reply has no policies.
reply.policyList;
// @ts-expect-error TS2540 A reply is what the service said.
reply.code = "1";
// @ts-expect-error TS18047 A reply may lack its msg.
reply.msg.length;
// @ts-expect-error TS2339 send gives a promise.
client.send(call).code;
// @ts-expect-error TS2353 An unknown option.
client.send(call, { retries: 3 });
// @ts-expect-error TS2322 A limit is a number.
client.send(call, { replyLimit: "1 MiB" });
// @ts-expect-error TS2353 What sends has one name.
client.send(call, { fetch: undefined });
// @ts-expect-error TS2322 A transport gives a response.
client.send(call, { transport: async () => "{}" });
const { policyList } = client.parse(getCurrentRetentionPolicy(), { status: 200, headers: {}, body: "" });
// @ts-expect-error TS2339 A list of the service's is not changed.
policyList.push;
// @ts-expect-error TS2345 A policy's id is text, or none.
((id: number | null) => id)(policyList[0]?.policyId ?? null);
// @ts-expect-error TS2540 The learned clock is learned.
client.clockOffsetMs = 0;
// @ts-expect-error TS2345 Fresh credentials are whole ones.
client.withCredentials({ appId: "a" });

// @ts-expect-error TS2351 Errors are made by the package.
new KooDriveError();
// @ts-expect-error TS2674 Errors are made by the package.
new ApiError();
export const narrow = (error: unknown) => {
  // @ts-expect-error TS18046 Whatever was caught is unknown before it was looked at.
  error.kind;
  if (!isKooDriveError(error)) return;
  // @ts-expect-error TS2367 A kind is one of five.
  if (error.kind === "timeout") return;
  // @ts-expect-error TS2540 An error is what happened.
  error.outcome = "not_sent";
  // @ts-expect-error TS2322 Only an ApiError always has a status.
  const status: number = error.status;
  return status;
};

// @ts-expect-error TS2322 A fault has a name.
new Sandbox({ faults: ["cut-somewhere"] });
// @ts-expect-error TS2561 Unknown members are refused.
new Sandbox({ tokenz: [] });
// @ts-expect-error TS2540 What was accepted was accepted.
new Sandbox().accepted()[0]!.packageId = "14";

// @ts-expect-error TS2769 A client is one of the class.
dispatch({}, [call]);
// @ts-expect-error TS2769 Calls, or pairs.
dispatch(client, [["a", call, 1]]);
// @ts-expect-error TS2769 Arrays without calls.
dispatch(client, [1, 2].map((row) => [row, "call"]));
// @ts-expect-error TS2769 A key has a call.
dispatch(client, [{ key: "a" }]);
// @ts-expect-error TS2769 A source is iterated over.
dispatch(client, call);
// @ts-expect-error TS2769 An unknown option.
dispatch(client, [call], { rat: 50 });
// @ts-expect-error TS2769 Names are JavaScript's.
dispatch(client, [call], { backoff_cap: 50 });
// @ts-expect-error TS2769 A token that ends is a function.
dispatch(client, [call], { token: "t" });
// @ts-expect-error TS2769 A number of the policy is one.
dispatch(client, [call], { rate: "50" });
// @ts-expect-error TS2769 There are two rules.
dispatch(client, [call], { onBadItem: "skip" });
// @ts-expect-error TS2339 What leaves shows no credential.
dispatch(client, [call], { beforeSend: ({ headers }) => headers });
for await (const outcome of dispatch(client, [call])) {
  // @ts-expect-error TS2367 A verdict is one of five.
  if (outcome.verdict === "failed") break;
  // @ts-expect-error TS2540 An outcome is what happened.
  outcome.verdict = "delivered";
  // @ts-expect-error TS18047 Only what was delivered has a reply.
  outcome.reply.code;
  // @ts-expect-error TS2339 A key is the source's: here a position.
  outcome.key.length;
}
// @ts-expect-error TS2674 Errors are made by the package.
new HaltedError();
