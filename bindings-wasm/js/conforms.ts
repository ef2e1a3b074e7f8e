// Compiles only while the sources are what index.d.ts declares. Neither bundled nor run.
import * as calls from "./calls.js";
import { Client } from "./client.js";
import * as errors from "./errors.js";
import type * as declared from "./index.js"; // index.d.ts
import { CHINA, INTERNATIONAL } from "./names.js";
import { newTraceId } from "./send.js";

type ErrorClass = Exclude<Extract<keyof typeof declared, `${string}Error`>, "isKooDriveError">;

/** Whatever is no class. */
export const values: Omit<typeof declared, ErrorClass | "Client"> = {
  ...calls,
  CHINA,
  INTERNATIONAL,
  isKooDriveError: errors.isKooDriveError,
  newTraceId,
};

/** The compiler does not see that `Symbol.dispose` is added where the host has it. */
type Disposed = typeof Symbol.dispose;
type Implemented = {
  [Member in Exclude<keyof declared.Client, Disposed>]: declared.Client[Member] extends (given: infer Given) => declared.Client
    ? (given: Given) => Implemented
    : declared.Client[Member];
};

export const client: new (options: declared.ClientOptions) => Implemented = Client;

/** One class for each error that is declared; what is in them comes from the core. */
export const classes: { [Name in ErrorClass]: Error } = {
  ApiError: errors.ApiError.prototype,
  InvalidInputError: errors.InvalidInputError.prototype,
  KooDriveError: errors.KooDriveError.prototype,
  NotSentError: errors.NotSentError.prototype,
  OutcomeUnknownError: errors.OutcomeUnknownError.prototype,
  UnreadableReplyError: errors.UnreadableReplyError.prototype,
};
