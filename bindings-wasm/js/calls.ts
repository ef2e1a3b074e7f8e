// The calls of the API: plain objects that can be logged, queued, and posted to a worker. They are checked when they are made, and
// again when they are sent.
import { argumentsOfOperation, NOTIFICATION_FIELDS, notificationArguments } from "./call-arguments.js";
import { callCore, misuse, rejectUnknown } from "./checks.js";
import { core } from "./core.js";

/**
 * Tells KooDrive that a subscriber's package has expired and enters the reservation period. **It changes state**: what then
 * happens to the subscriber's data follows from the retention policies in force, which {@link getCurrentRetentionPolicy} reads.
 *
 * A plain object that {@link notifyPackageExpire} makes and checks. It can be logged, queued, and posted to a worker; it is
 * checked again when it is used.
 */
export interface NotifyPackageExpire {
  /** The publisher's name of the operation, by which a {@link Call} is told from others. */
  readonly operation: "notifyPackageExpire";
  /**
   * The carrier's own id of the user, not empty; no length or alphabet is published, and it is sent unchanged.
   *
   * Text: a number is refused, since JavaScript loses digits above 2^53, and so is a lone surrogate, which cannot be sent.
   */
  readonly carrierUserId: string;
  /** The carrier's own id of the package, not empty. Text, as for {@link NotifyPackageExpire.carrierUserId}. */
  readonly packageId: string;
  /** 2, "enter the reservation period": the only published value, sent anyway. Leave it out. */
  readonly type?: 2 | undefined;
  /**
   * Sent as `type` instead of 2: an integer other than 2, within ±2^53. No page documents one, though the published example
   * sends 1; so it is asked for by this name, or refused (decided).
   */
  readonly undocumentedType?: number | undefined;
}

/** Reads how much space is allocated and used. It changes nothing. Made by {@link getSpaceUsageByOverview}. */
export interface GetSpaceUsageByOverview {
  /** The publisher's name of the operation. */
  readonly operation: "getSpaceUsageByOverview";
}

/** Reads the retention policies in force. It changes nothing. Made by {@link getCurrentRetentionPolicy}. */
export interface GetCurrentRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "getCurrentRetentionPolicy";
}

/** Reads the retention policies that the carrier may choose from. It changes nothing. Made by {@link getCarrierRetentionPolicy}. */
export interface GetCarrierRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "getCarrierRetentionPolicy";
}

/** Sets the statuses of retention policies. **It changes state.** Made by {@link setRetentionPolicy}. */
export interface SetRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "setRetentionPolicy";
  /** 1 to 50 policies. */
  readonly policyList: readonly PolicyStatus[];
}

/** A retention policy, and the status that it gets. */
export interface PolicyStatus {
  /** Text, since the published example lies above 2^53; not empty. */
  readonly policyId: string;
  /** Text, as the published table says; not empty. */
  readonly status: string;
}

/** Notifies KooDrive of orders in reverse. **It changes state.** Made by {@link reverseOrder}. */
export interface ReverseOrder {
  /** The publisher's name of the operation. */
  readonly operation: "reverseOrder";
  /** The serial number of the batch: 1 to 64 characters. */
  readonly batchSN: string;
  /** 1 to 50 operations. */
  readonly operationList: readonly OrderOperation[];
}

/** One operation of a {@link ReverseOrder}. */
export interface OrderOperation {
  /** The serial number of the operation, not empty. */
  readonly operationSN: string;
  /** The carrier's own id of the user. Not sent where it is absent. */
  readonly carrierUserId?: string | undefined;
  /** At most one change. Not sent where it is absent or empty. */
  readonly packageChangeList?: readonly PackageChange[] | undefined;
}

/** The change of a package. */
export interface PackageChange {
  /** The carrier's own id of the package, not empty. */
  readonly packageId: string;
  /** 1, "subscribe": the only published value, sent anyway. Leave it out. */
  readonly changeType?: 1 | undefined;
  /** Sent as `changeType` instead of 1: an integer other than 1. No page documents one (decided). */
  readonly undocumentedChangeType?: number | undefined;
}

/** A call of any other operation. Made by {@link rawCall}, from {@link RawCallFields}. */
export interface RawCall {
  /** Marks a raw call. The name is this package's own. */
  readonly operation: "rawCall";
  /** See {@link RawCallFields.method}. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** See {@link RawCallFields.path}. */
  readonly path: string;
  /** See {@link RawCallFields.query}. */
  readonly query?: QueryLike | undefined;
  /** See {@link RawCallFields.headers}. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;
  /** JSON text. */
  readonly json?: string | undefined;
}

/** The fields of a {@link rawCall}. */
export interface RawCallFields {
  /** GET has no `json`. A GET changes nothing, so it may be repeated although its outcome is unknown. */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * The absolute path below the endpoint, such as `/koodrive/ose/v1/users/1316083732377070977`. Use `encodeURIComponent` for a
   * segment of any value. The path is sent in its canonical form: every character but `A-Z a-z 0-9 - _ . ~` is percent-encoded.
   */
  readonly path: string;
  /** Pairs of plain text. They are sent in the order that is signed. */
  readonly query?: QueryLike | undefined;
  /** Sent and not signed, such as `language`. Headers of the client or of the connection are refused. */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;
  /**
   * The body. A string is JSON text and is sent byte for byte; any other value is written as compact JSON, in which NaN, Infinity,
   * integers beyond ±2^53 and cycles are refused.
   */
  readonly json?: unknown;
}

/** A query: an object, or pairs such as those of a `URLSearchParams`. A list stands for as many pairs of its name. */
export type QueryLike = Readonly<Record<string, QueryValue>> | Iterable<readonly [string, QueryValue]>;

/** Text, an integer within ±2^53, or a list of them. */
export type QueryValue = string | number | readonly (string | number)[];

/** A call of this API: a plain object with a member `operation`. */
export type Call =
  | NotifyPackageExpire
  | GetSpaceUsageByOverview
  | GetCurrentRetentionPolicy
  | GetCarrierRetentionPolicy
  | SetRetentionPolicy
  | ReverseOrder
  | RawCall;

/**
 * A call for one subscriber and one package.
 *
 * @example
 * ```ts
 * const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
 * const { traceId } = await client.send(call);
 * ```
 *
 * @throws {@link InvalidInputError} for an id that is empty, not text, contains a control character or a lone surrogate, or begins or
 * ends with white space or an invisible character; for a `type` other than 2; for an `undocumentedType` that is 2 or not an integer;
 * for an unknown field.
 */
export function notifyPackageExpire(fields: Omit<NotifyPackageExpire, "operation">): NotifyPackageExpire {
  rejectUnknown("notifyPackageExpire", fields, NOTIFICATION_FIELDS);
  const { notification } = notificationArguments(fields);
  callCore(() => core().checkNotification(...notification));
  const { carrierUserId, packageId, undocumentedType } = fields;
  const call = { operation: "notifyPackageExpire", carrierUserId, packageId } as const;
  return undocumentedType === undefined ? call : { ...call, undocumentedType };
}

/**
 * Returns the safe first call: it changes nothing, takes either kind of credentials, and proves endpoint, clock and credentials
 * without touching a subscriber.
 *
 * @example
 * ```ts
 * const { data } = await client.send(getSpaceUsageByOverview());
 * ```
 */
export function getSpaceUsageByOverview(): GetSpaceUsageByOverview {
  return { operation: "getSpaceUsageByOverview" };
}

/** Returns the call that reads the retention policies in force. The publisher documents a token as its only authentication. */
export function getCurrentRetentionPolicy(): GetCurrentRetentionPolicy {
  return { operation: "getCurrentRetentionPolicy" };
}

/**
 * Returns the call that reads the retention policies that the carrier may choose from. The publisher documents a token as its only
 * authentication.
 */
export function getCarrierRetentionPolicy(): GetCarrierRetentionPolicy {
  return { operation: "getCarrierRetentionPolicy" };
}

/**
 * Returns the call that sets the statuses of retention policies; sent, **it changes state**. The publisher documents a token as its
 * only authentication.
 *
 * @throws {@link InvalidInputError} for another number of policies than 1 to 50, an id that is refused, an empty status.
 */
export function setRetentionPolicy(fields: Omit<SetRetentionPolicy, "operation">): SetRetentionPolicy {
  return checkedCall<SetRetentionPolicy>("setRetentionPolicy", fields);
}

/**
 * Returns the call that notifies KooDrive of orders in reverse; sent, **it changes state**. Its reply beyond code and msg is not
 * published, so it is a {@link RawReply}.
 *
 * @throws {@link InvalidInputError} for a field beyond its published limit, and for ids as {@link notifyPackageExpire} does.
 */
export function reverseOrder(fields: Omit<ReverseOrder, "operation">): ReverseOrder {
  return checkedCall<ReverseOrder>("reverseOrder", fields);
}

/**
 * Returns a call of any operation of the API that has no function of its own.
 *
 * @example
 * ```ts
 * const user = rawCall({ method: "GET", path: "/koodrive/ose/v1/users/1316083732377070977" });
 * const { body } = await client.send(user);
 * ```
 *
 * @throws {@link InvalidInputError} for a path that a URL parser would change (`?`, `#`, an empty or a dot segment, a broken escape),
 * a value of the query that is neither text nor an integer, a header of the client or the connection, a body that is not JSON.
 */
export function rawCall(fields: RawCallFields): RawCall {
  return checkedCall<RawCall>("rawCall", fields);
}

/** Returns a call with a copy of `fields`, as they will be sent. */
function checkedCall<C extends Call>(operation: C["operation"], fields: unknown): C {
  if (typeof fields !== "object" || fields === null) misuse(`${operation}: not an object; pass the fields of the call`);
  const { name, fields: json } = argumentsOfOperation(operation, { ...fields });
  callCore(() => core().checkCall(name, json));
  // The core has checked that these are the fields of such a call.
  return { operation, ...JSON.parse(json) } as C;
}
