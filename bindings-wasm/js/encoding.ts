// Converts requests and replies between JavaScript's values and the core's.
import type { Core, Sent } from "../generated/koodrive.js";
import { AUTHORIZATION, READ_FROM_REPLIES, X_DATE, X_TRACEID } from "../generated/names.js";
import { type Arguments, isIterable, withJson } from "./call-arguments.js";
import { callCore, typeName, refuse } from "./checks.js";
import { acknowledgement, headerLines, rawReplyMembers, type ReplyHeaders, varyingParts } from "./format.js";
import type { KooDriveRequest } from "./transport.js";

/** The half of a request that never changes. */
export interface FixedParts {
  readonly name: string;
  readonly method: string;
  readonly url: string;
  readonly headers: SentHeaders;
  /** The headers of a request with a trace id. Kept parts have a place for the id already. */
  readonly traced: SentHeaders;
  readonly isSafe: boolean;
}

type SentHeaders = Readonly<Record<string, string>>;

/** The parts that calls share, by the key of such calls. */
export type KeptParts = Map<string, FixedParts>;

/** A reply in the core's types. `headers` is the text that `replyHeaders` returns. */
export interface ReceivedResponse {
  readonly status: unknown;
  readonly headers: string;
  readonly body: Uint8Array;
}

/** That half as the core writes it. */
interface CoreParts extends Omit<FixedParts, "headers" | "traced"> {
  /** Pairs of name and value. */
  readonly headers: readonly (readonly [string, string])[];
  /** Whether later calls of the same key have these parts, and the core keeps its own for them. */
  readonly mayBeKept: boolean;
}

/** Returns the half of the request to `call` that never changes. */
export function partsOf(core: Core, kept: KeptParts, call: Arguments): FixedParts {
  return keptParts(kept, call, () => {
    if (call.raw) return core.rawFixed(...call.raw);
    const { name, fields } = withJson(call);
    return core.fixed(name, fields);
  });
}

/**
 * Returns the parts in `kept` for calls such as `call`. Without them it returns those of the text
 * that `read` gets from the core, and keeps them if the core says so.
 */
export function keptParts(kept: KeptParts, call: Arguments, read: () => string): FixedParts {
  const key = keyOf(call);
  const known = key === undefined ? undefined : kept.get(key);
  if (known) return known;
  const { name, method, url, headers: pairs, isSafe, mayBeKept }: CoreParts = JSON.parse(callCore(read));
  const isKept = key !== undefined && mayBeKept;
  // The headers that vary have their places already, which makes a copy cheap to complete.
  const headers: SentHeaders = Object.fromEntries([...pairs, [AUTHORIZATION, ""], [X_DATE, ""]]);
  const traced = isKept ? { ...headers, [X_TRACEID]: "" } : headers;
  const parts = { name, method, url, headers, traced, isSafe };
  if (isKept) kept.set(key, parts);
  return parts;
}

/**
 * Returns the key under which the parts of `call` are kept: the name of its operation; for a raw
 * call its method, its path and whether it has a body. A raw call with query or headers has none.
 */
function keyOf(call: Arguments): string | undefined {
  if (!call.raw) return call.name;
  const [method, path, pairs, json] = call.raw;
  if (pairs !== undefined) return undefined;
  return `${json === undefined ? "" : "json "}${method} ${path}`;
}

/** The options of a request that the core takes. `date` is in milliseconds since 1970. */
export interface CoreOptions {
  readonly date: number | undefined;
  readonly traceId: string | undefined;
}

/** Returns the half of the request that varies, in the core's text format. */
export function varyingText(core: Core, call: Arguments, now: number, { date, traceId }: CoreOptions): string {
  return callCore(() => {
    if (call.fields !== undefined) return core.request(call.name, call.fields, now, date, traceId);
    if (call.raw) return core.rawRequest(...call.raw, now, date, traceId);
    return core.notificationRequest(...call.notification, now, date, traceId);
  });
}

/** Joins both halves of a request. `varying` is in the core's text format. */
export function joinHalves(parts: FixedParts, varying: string, traceId?: string): KooDriveRequest {
  const { xDate, authorization, body } = varyingParts(varying);
  const headers: Record<string, string> = traceId === undefined ? { ...parts.headers } : { ...parts.traced };
  headers[AUTHORIZATION] = authorization;
  headers[X_DATE] = xDate;
  if (traceId !== undefined) headers[X_TRACEID] = traceId;
  const { method, url } = parts;
  // Without a body the request has no member `body`: fetch would refuse one in a GET.
  if (body === undefined) return { method, url, headers, redirect: "manual" };
  return { method, url, headers, body, redirect: "manual" };
}

/** Reads the reply to `call`. */
export function readReply(core: Core, call: Arguments, { status, headers, body }: ReceivedResponse): unknown {
  const code = statusOf(status);
  if (call.fields !== undefined) return replyOf(callCore(() => core.parse(call.name, call.fields, code, headers, body)));
  if (call.raw)
    return rawReply(
      code,
      callCore(() => core.parseRaw(...call.raw, code, headers, body)),
    );
  const [user, packageId, kind] = call.notification;
  return acknowledgement(callCore(() => core.parseNotification(user, packageId, kind, code, headers, body)));
}

/**
 * Reads the reply to `call`, which was sent as `sent`, and learns the server's clock. An error
 * names the request.
 */
export function readSentReply(core: Core, call: Arguments, { status, headers, body }: ReceivedResponse, sent: Sent): unknown {
  const code = statusOf(status);
  if (call.fields !== undefined) return replyOf(callCore(() => core.parseSent(call.name, call.fields, code, headers, body, sent)));
  if (call.raw)
    return rawReply(
      code,
      callCore(() => core.parseSentRaw(call.raw[0], call.raw[1], code, headers, body, sent)),
    );
  return acknowledgement(callCore(() => core.parseSentNotification(code, headers, body, sent)));
}

/** A reply that the core wrote as JSON. */
interface CoreReply {
  readonly code?: string | null;
  readonly msg?: string | null;
  readonly body?: unknown;
}

/**
 * Returns the reply in the core's `json`. A reply with the service's body gets a method `json` that
 * parses it.
 */
export function replyOf(json: string): CoreReply {
  const reply: CoreReply = JSON.parse(json);
  const { body } = reply;
  return typeof body === "string" ? withParser(reply, body) : reply;
}

/** Returns the reply to a raw call in the core's `text`. */
export const rawReply = (status: number, text: string): CoreReply => {
  const reply = rawReplyMembers(status, text);
  return withParser(reply, reply.body);
};

/** Adds the method `json` to `reply`, not enumerable, so that logs and comparisons skip it. */
const withParser = <R extends object>(reply: R, body: string): R =>
  Object.defineProperty(reply, "json", { value: (): unknown => (body === "" ? null : JSON.parse(body)) });

/** Returns `status`, or 0 if it does not fit the core's 16 bits. The core refuses 0. */
export const statusOf = (status: unknown): number =>
  typeof status === "number" && Number.isInteger(status) && status > 0 && status < 65536 ? status : 0;

const encoder = new TextEncoder();

export function bodyBytes(body: unknown): Uint8Array {
  if (typeof body === "string") return encoder.encode(body);
  if (body instanceof Uint8Array) return body;
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  if (isArrayBuffer(body)) return new Uint8Array(body);
  return refuse("body", "neither text nor bytes; pass a string, a Uint8Array or an ArrayBuffer");
}

/** Tells whether `value` is an ArrayBuffer, also one of another realm. */
const isArrayBuffer = (value: unknown): value is ArrayBuffer => Object.prototype.toString.call(value) === "[object ArrayBuffer]";

const [DATE, AGE, RETRY_AFTER, TRACE_ID] = READ_FROM_REPLIES;

/** Returns the headers that the core reads, in the core's text format. */
export function replyHeaders(headers: unknown): string {
  if (typeof headers !== "object" || headers === null) {
    return refuse("headers", "missing; pass a Headers object, a plain object, or an array of pairs");
  }
  if (hasGet(headers)) {
    const value = (name: string) => headerText(headers.get(name));
    return headerLines({ date: value(DATE), age: value(AGE), retryAfter: value(RETRY_AFTER), traceId: value(TRACE_ID) });
  }
  const picked: ReplyHeaders = { date: undefined, age: undefined, retryAfter: undefined, traceId: undefined };
  if (!isIterable(headers)) {
    for (const name of Object.keys(headers)) pick(picked, name, (headers as Readonly<Record<string, unknown>>)[name]);
    return headerLines(picked);
  }
  for (const pair of headers) {
    // In Node's rawHeaders, for example, names and values alternate.
    if (!Array.isArray(pair))
      refuse("headers", `${typeName(pair)} where a pair is due; pass a Headers object, a plain object, or an array of pairs`);
    pick(picked, pair[0], pair[1]);
  }
  return headerLines(picked);
}

/** Tells whether `headers` has a `get` that ignores case. A Map's `get` does not. */
const hasGet = (headers: object): headers is { get(name: string): unknown } =>
  "get" in headers && typeof headers.get === "function" && !(headers instanceof Map);

/**
 * The lengths of the names. Most other headers differ in length, so one comparison excludes them.
 */
const NAME_LENGTHS: readonly number[] = READ_FROM_REPLIES.map((name) => name.length);

/** Keeps the first `value` of the header `name`. */
function pick(picked: ReplyHeaders, name: unknown, value: unknown): void {
  if (typeof name !== "string") return refuse("headers", `a name is ${typeName(name)}; pass text`);
  if (!NAME_LENGTHS.includes(name.length)) return;
  const lowerCase = name.toLowerCase();
  if (lowerCase === DATE) picked.date ??= headerText(value);
  else if (lowerCase === AGE) picked.age ??= headerText(value);
  else if (lowerCase === RETRY_AFTER) picked.retryAfter ??= headerText(value);
  else if (lowerCase === TRACE_ID) picked.traceId ??= headerText(value);
}

/** Returns `value`, or the first of a list, as text. */
function headerText(value: unknown): string | undefined {
  const first: unknown = Array.isArray(value) ? value[0] : value;
  if (first === undefined || first === null) return undefined;
  try {
    return String(first);
  } catch {
    return refuse("headers", `a value is ${typeName(first)}; pass text`);
  }
}
