// Samples that compile wherever JavaScript runs: without the DOM, without Node, with the language
// alone.
import {
  ApiError,
  type Call,
  CHINA,
  Client,
  type ErrorKind,
  type Explanation,
  getCurrentRetentionPolicy,
  INTERNATIONAL,
  InvalidInputError,
  isKooDriveError,
  KooDriveError,
  newTraceId,
  NotSentError,
  notifyPackageExpire,
  type Outcome,
  OutcomeUnknownError,
  type ReplyTo,
  type RetentionPolicies,
  UnreadableReplyError,
} from "koodrive";
import module from "koodrive/module.wasm";

/** Fails to compile unless the two types are the same. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
const same = <A, B>(_: Same<A, B>) => {};

/** Without host types, the type of the module is unknown. */
export const compiled: unknown = module;

export const client = new Client({ endpoint: INTERNATIONAL, userId: "1", appId: "a", appSecret: "s", clockMarginMs: 10_000 });
new Client({ endpoint: CHINA, userId: "1", token: "t" });
new Client({ endpoint: CHINA, userId: "1", token: async () => "t", allowPlainHttp: true });
new Client({ endpoint: CHINA, userId: "1", authorization: "Bearer t" });
// An undefined option counts as left out, for options that come from elsewhere.
new Client({ endpoint: CHINA, userId: "1", token: "t", appId: undefined, clockMarginMs: undefined });

export const call = notifyPackageExpire({ carrierUserId: "1", packageId: "2", undocumentedType: 1 });
export const calls: readonly Call[] = [call, getCurrentRetentionPolicy(), { operation: "getCurrentRetentionPolicy" }];

const { method, url, headers, body, redirect } = client.request(call, { now: 0, date: new Date(), traceId: newTraceId() });
same<typeof body, string | undefined>(true);
export const parts: string[] = [method, url, redirect, ...Object.keys(headers), headers["x-date"] ?? ""];

const reply = client.parse(call, { status: 200, headers: { date: "x", age: undefined, via: ["a"] }, body: "" });
same<typeof reply.code, string>(true);
same<typeof reply.msg, string | null>(true);
client.parse(call, { status: 200, headers: [["date", "x"]], body: new Uint8Array() });
client.parse(call, { status: 200, headers: new Map([["date", "x"]]), body: new ArrayBuffer(0) });
client.parse(call, { status: 200, headers: { get: () => null }, body: "" });

// The type of the reply follows from the call.
export const { policyList } = await client.send(getCurrentRetentionPolicy());
same<(typeof policyList)[number]["policyId"], string | null>(true);
export const either = async (one: Call) => {
  const answered = await client.send(one);
  return "policyList" in answered ? answered.policyList.length : answered.code;
};
same<ReplyTo<{ operation: "getCurrentRetentionPolicy" }>, RetentionPolicies>(true);

export const explanation: Explanation = client.explain(call, { now: 0, message: "m" });
same<NonNullable<typeof explanation.difference>["line"], number>(true);
client.observeClock({ date: "x" }, 0, new Date());
same<typeof client.clockOffsetMs, number>(true);
using other = client.withCredentials({ authorization: "x" });
other.free();

// Each kind is one class, and each class one kind.
export function narrowed(error: unknown): string | number | null | undefined {
  if (!isKooDriveError(error)) return undefined;
  same<typeof error, KooDriveError>(true);
  switch (error.kind) {
    case "invalid_input":
      same<typeof error, InvalidInputError>(true);
      return error.message;
    case "not_sent":
      same<typeof error, NotSentError>(true);
      return String(error.cause);
    case "outcome_unknown":
      same<typeof error, OutcomeUnknownError>(true);
      return error.traceId;
    case "api":
      same<typeof error, ApiError>(true);
      same<typeof error.outcome, "refused" | "unknown">(true);
      return error.status;
    case "unreadable_reply":
      same<typeof error, UnreadableReplyError>(true);
      return error.status;
    default:
      same<typeof error, never>(true);
      return error;
  }
}

export function byClass(error: unknown): string | number | null | undefined {
  if (error instanceof ApiError) {
    same<typeof error, ApiError>(true);
    return error.retryAfter;
  }
  if (error instanceof NotSentError) return error.outcome satisfies "not_sent";
  // `instanceof` narrows the base class to the union.
  if (error instanceof KooDriveError) {
    same<KooDriveError["kind"], ErrorKind>(true);
    same<KooDriveError["outcome"], Outcome>(true);
    if (error.kind === "api") return error.status;
    return error.retryable ? error.name : error.code;
  }
  return undefined;
}
