// The package's entry: everything that users see, and nothing else.
export {
  getCarrierRetentionPolicy,
  getCurrentRetentionPolicy,
  getSpaceUsageByOverview,
  notifyPackageExpire,
  rawCall,
  reverseOrder,
  setRetentionPolicy,
} from "./calls.js";
export { Client } from "./client.js";
export {
  ApiError,
  InvalidInputError,
  isKooDriveError,
  KooDriveError,
  NotSentError,
  OutcomeUnknownError,
  UnreadableReplyError,
} from "./errors.js";
export { CHINA, INTERNATIONAL } from "./names.js";
export { newTraceId } from "./send.js";
