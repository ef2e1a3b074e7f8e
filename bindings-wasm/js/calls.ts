// The calls of the API: plain objects that can be logged, queued, and posted to a worker. They are
// checked when they are made, and again when they are sent.
import { argumentsOfOperation, argumentsOfRawCall, fieldsOfRawCall, NOTIFICATION_FIELDS, notificationArguments } from "./call-arguments.js";
import { callCore, misuse, rejectUnknown } from "./checks.js";
import { core } from "./core.js";

/**
 * Tells KooDrive that a subscriber's package has expired and enters the reservation period.
 *
 * **It changes state**: the retention policies in force decide on the subscriber's data.
 * {@link getCurrentRetentionPolicy} reads them.
 *
 * {@link notifyPackageExpire} makes and checks this plain object. It can be logged, queued, and
 * posted to a worker. It is checked again when it is sent.
 */
export interface NotifyPackageExpire {
  /** The publisher's name of the operation. It tells one kind of {@link Call} from another. */
  readonly operation: "notifyPackageExpire";
  /**
   * The carrier's own id of the user. It is sent unchanged and must not be empty. The publisher
   * names no length and no alphabet.
   *
   * A number is refused, since JavaScript loses digits above 2^53. A lone surrogate is refused,
   * since it has no UTF-8.
   */
  readonly carrierUserId: string;
  /**
   * The carrier's own id of the package. The rules of {@link NotifyPackageExpire.carrierUserId}
   * apply.
   */
  readonly packageId: string;
  /**
   * 2, "enter the reservation period", is the only published value. It is sent by default, so leave
   * it out.
   */
  readonly type?: 2 | undefined;
  /**
   * An integer other than 2, within ±2^53, that is sent as `type` instead of 2.
   *
   * No page documents such a value, though the published example sends 1. So `type` takes 2 alone,
   * and this option the others (decided).
   */
  readonly undocumentedType?: number | undefined;
}

/**
 * Reads how much space is allocated and used. It changes nothing. {@link getSpaceUsageByOverview}
 * makes it.
 */
export interface GetSpaceUsageByOverview {
  /** The publisher's name of the operation. */
  readonly operation: "getSpaceUsageByOverview";
}

/**
 * Reads the retention policies in force. It changes nothing. {@link getCurrentRetentionPolicy}
 * makes it.
 */
export interface GetCurrentRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "getCurrentRetentionPolicy";
}

/**
 * Reads the retention policies that the carrier may choose from. It changes nothing.
 * {@link getCarrierRetentionPolicy} makes it.
 */
export interface GetCarrierRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "getCarrierRetentionPolicy";
}

/**
 * Sets the statuses of retention policies. **It changes state.** {@link setRetentionPolicy} makes
 * it.
 */
export interface SetRetentionPolicy {
  /** The publisher's name of the operation. */
  readonly operation: "setRetentionPolicy";
  /** 1 to 50 policies. */
  readonly policyList: readonly PolicyStatus[];
}

/** The new status of one retention policy. */
export interface PolicyStatus {
  /** The id of the policy: text that is not empty. The published example lies above 2^53. */
  readonly policyId: string;
  /** The status of the policy: text, as in the published table, that is not empty. */
  readonly status: string;
}

/** Notifies KooDrive of orders in reverse. **It changes state.** {@link reverseOrder} makes it. */
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
  /** The serial number of the operation: text that is not empty. */
  readonly operationSN: string;
  /** The carrier's own id of the user. Leave it out to send none. */
  readonly carrierUserId?: string | undefined;
  /** The change of a package, at most one. An empty list is not sent. */
  readonly packageChangeList?: readonly PackageChange[] | undefined;
}

/** A change of one package. */
export interface PackageChange {
  /** The carrier's own id of the package: text that is not empty. */
  readonly packageId: string;
  /** 1, "subscribe", is the only published value. It is sent by default, so leave it out. */
  readonly changeType?: 1 | undefined;
  /**
   * An integer other than 1 that is sent as `changeType` instead of 1. No page documents such a
   * value (decided).
   */
  readonly undocumentedChangeType?: number | undefined;
}

/** A call of any other operation. {@link rawCall} makes it from {@link RawCallFields}. */
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
  /** The body as JSON text. */
  readonly json?: string | undefined;
}

/** The fields of a {@link rawCall}. */
export interface RawCallFields {
  /**
   * The HTTP method. GET takes no `json`. A GET changes nothing, so it may be repeated after an
   * unknown outcome.
   */
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /**
   * The absolute path below the endpoint, such as `/koodrive/ose/v1/users/1316083732377070977`. Use
   * `encodeURIComponent` for each variable segment.
   *
   * It is sent in canonical form: every character but `A-Z a-z 0-9 - _ . ~` is percent-encoded.
   */
  readonly path: string;
  /** The query as pairs of plain text. They are sent in the order in which they are signed. */
  readonly query?: QueryLike | undefined;
  /**
   * Headers that are sent and not signed, such as `language`. Headers of the client or of the
   * connection are refused.
   */
  readonly headers?: Readonly<Record<string, string>> | Iterable<readonly [string, string]> | undefined;
  /**
   * The body. A string is JSON text and is sent byte for byte. Any other value is written as
   * compact JSON. NaN, Infinity, integers beyond ±2^53 and cycles are refused.
   */
  readonly json?: unknown;
}

/**
 * A query: an object, or pairs such as those of a `URLSearchParams`. A list makes one pair per
 * entry, each with the same name.
 */
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
 * Returns the call that tells KooDrive of one subscriber's expired package; sent, **it changes
 * state**.
 *
 * @example
 * ```ts
 * const call = notifyPackageExpire({ carrierUserId: "189642158555241211", packageId: "14" });
 * const { traceId } = await client.send(call);
 * ```
 *
 * @throws {@link InvalidInputError} for an id that is empty or not text, or that contains a control
 * character or a lone surrogate.
 * @throws {@link InvalidInputError} for an id that begins or ends with white space or an invisible
 * character.
 * @throws {@link InvalidInputError} for a `type` other than 2, an `undocumentedType` that is 2 or
 * not an integer, an unknown field.
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
 * Returns the call that reads how much space is used: a safe first call, since it changes nothing.
 *
 * It takes either kind of credentials. Its reply proves that endpoint, clock and credentials are
 * right.
 *
 * @example
 * ```ts
 * const { data } = await client.send(getSpaceUsageByOverview());
 * ```
 */
export function getSpaceUsageByOverview(): GetSpaceUsageByOverview {
  return { operation: "getSpaceUsageByOverview" };
}

/**
 * Returns the call that reads the retention policies in force. The publisher documents it with a
 * token only.
 */
export function getCurrentRetentionPolicy(): GetCurrentRetentionPolicy {
  return { operation: "getCurrentRetentionPolicy" };
}

/**
 * Returns the call that reads the retention policies that the carrier may choose from. The
 * publisher documents it with a token only.
 */
export function getCarrierRetentionPolicy(): GetCarrierRetentionPolicy {
  return { operation: "getCarrierRetentionPolicy" };
}

/**
 * Returns the call that sets the statuses of retention policies; sent, **it changes state**. The
 * publisher documents it with a token only.
 *
 * @throws {@link InvalidInputError} for fewer than 1 or more than 50 policies, an id that is
 * refused, an empty status.
 */
export function setRetentionPolicy(fields: Omit<SetRetentionPolicy, "operation">): SetRetentionPolicy {
  return checkedCall<SetRetentionPolicy>("setRetentionPolicy", fields);
}

/**
 * Returns the call that notifies KooDrive of orders in reverse; sent, **it changes state**. Its
 * reply is a {@link RawReply}, since only code and msg are published.
 *
 * @throws {@link InvalidInputError} for a field beyond its published limit, and for ids as
 * {@link notifyPackageExpire} does.
 */
export function reverseOrder(fields: Omit<ReverseOrder, "operation">): ReverseOrder {
  return checkedCall<ReverseOrder>("reverseOrder", fields);
}

/**
 * Returns a call of any operation that has no function of its own here.
 *
 * @example
 * ```ts
 * const user = rawCall({ method: "GET", path: "/koodrive/ose/v1/users/1316083732377070977" });
 * const { body } = await client.send(user);
 * ```
 *
 * @throws {@link InvalidInputError} for a path that a URL parser would change (`?`, `#`, an empty
 * or a dot segment, a broken escape).
 * @throws {@link InvalidInputError} for a query value that is neither text nor an integer, and for
 * a body that is not JSON.
 * @throws {@link InvalidInputError} for a header of the client or the connection.
 */
export function rawCall(fields: RawCallFields): RawCall {
  if (typeof fields !== "object" || fields === null) misuse("rawCall: not an object; pass the fields of the call");
  const call = argumentsOfRawCall({ ...fields });
  if (call.raw === undefined) return checkedCall<RawCall>("rawCall", fields);
  callCore(() => core().checkRaw(...call.raw));
  // The core has checked the fields.
  return { operation: "rawCall", ...fieldsOfRawCall(call) } as RawCall;
}

/** Returns the checked call of `operation` with a copy of `fields`, as they will be sent. */
function checkedCall<C extends Call>(operation: C["operation"], fields: unknown): C {
  if (typeof fields !== "object" || fields === null) misuse(`${operation}: not an object; pass the fields of the call`);
  const { name, fields: json } = argumentsOfOperation(operation, { ...fields });
  callCore(() => core().checkCall(name, json));
  // The core has checked that `fields` belong to `operation`.
  return { operation, ...JSON.parse(json) } as C;
}
