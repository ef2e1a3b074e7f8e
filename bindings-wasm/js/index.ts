/**
 * Client for Huawei Cloud KooDrive's carrier API.
 *
 * Three marks give the source of a statement:
 *
 * - *Published*: Huawei's page of the operation.
 * - *Inferred*: Huawei's API-gateway guide.
 * - *Decided*: this package, where the pages are silent or contradict each other.
 *
 * @packageDocumentation
 */
export {
  type Call,
  getCarrierRetentionPolicy,
  type GetCarrierRetentionPolicy,
  getCurrentRetentionPolicy,
  type GetCurrentRetentionPolicy,
  getSpaceUsageByOverview,
  type GetSpaceUsageByOverview,
  notifyPackageExpire,
  type NotifyPackageExpire,
  type OrderOperation,
  type PackageChange,
  type PolicyStatus,
  type QueryLike,
  type QueryValue,
  rawCall,
  type RawCall,
  type RawCallFields,
  reverseOrder,
  type ReverseOrder,
  setRetentionPolicy,
  type SetRetentionPolicy,
} from "./calls.js";
export { Client } from "./client.js";
export type { ClientOptions, Credentials, SignFunction, TokenFunction } from "./credentials.js";
export { dispatch, type Dispatch, type Keyed, type KeyedCall, type Outcomes, type Source } from "./dispatch/dispatch.js";
export { HaltedError } from "./dispatch/halted.js";
export type { BadItemRule, DispatchOptions, Outgoing, Policy } from "./dispatch/options.js";
export type { BadItem, CallOutcome, Delivered, NotDelivered, NotSent, Progress, Verdict } from "./dispatch/outcome.js";
export { CHINA, INTERNATIONAL } from "./endpoints.js";
export {
  ApiError,
  type ErrorKind,
  InvalidInputError,
  isKooDriveError,
  KooDriveError,
  type KooDriveErrorClass,
  type KooDriveErrorJSON,
  NotSentError,
  type Outcome,
  OutcomeUnknownError,
  UnreadableReplyError,
} from "./errors.js";
export type { Difference, Exchange, ExplainOptions, Explanation, Instant, RequestOptions, SendOptions } from "./options.js";
export type { Acknowledgement, RawReply, ReplyTo, RetentionPolicies, RetentionPolicy, SpaceUsage } from "./replies.js";
export { newTraceId } from "./trace-id.js";
export type { Fetch, FetchInit, FetchResponse, HeadersLike, KooDriveRequest, ResponseParts, Signal } from "./transport.js";
