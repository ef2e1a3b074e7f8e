// The package's entry: everything that users see, and nothing else.
export { getCurrentRetentionPolicy, notifyPackageExpire } from "./calls.js";
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
