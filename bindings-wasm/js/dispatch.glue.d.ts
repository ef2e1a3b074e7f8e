/* tslint:disable */
/* eslint-disable */
/**
 * What JavaScript is to do next, by the names of the core's actions.
 */

export type ActionName = "send" | "outcome" | "calls" | "token" | "halted" | "wait" | "done";

/** The fields of an error, of which js/errors.js makes one. A field that is none is undefined. */
export interface ErrorFields {
    message: string;
    kind: "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";
    outcome: "not_sent" | "refused" | "unknown";
    retryable: boolean;
    status?: number;
    code?: string;
    msg?: string;
    requestId?: string;
    traceId?: string;
    retryAfter?: number;
    isClockRefusal: boolean;
}



/** What `requestWith` may be given. `date` is in milliseconds since 1970. */
export interface RequestOptions {
    date: number | undefined;
    traceId: string | undefined;
}

/** What `explain` may be given. `date` is in milliseconds since 1970, `message` is the service's. */
export interface ExplainOptions {
    date: number | undefined;
    message: string | undefined;
}

/**
 * A request that was sent, and when its reply came. Instants are milliseconds since 1970; `replyLimit` is the longest body of a
 * reply, in bytes.
 */
export interface SentRequest {
    xDate: string;
    traceId: string;
    replyLimit: number;
    sentAt: number;
    receivedAt: number;
}



/** Why a dispatcher halted; see HaltedError in dispatch.d.ts. */
export interface HaltFields {
    message: string;
    reason: "same_answer" | "no_token";
    times: number;
    status: number | null;
    code: string | null;
    msg: string | null;
}

/** How far a dispatcher is; see Progress in dispatch.d.ts. */
export interface ProgressFields {
    pushed: number;
    requests: number;
    delivered: number;
    refused: number;
    unknown: number;
    givenUp: number;
    notSent: number;
    queued: number;
    waiting: number;
    inFlight: number;
    rate: number;
}



/**
 * One attempt of one call.
 */
export class Attempt {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * What varies of the request, as `Core.request` returns it.
     */
    readonly request: string;
    /**
     * Names this attempt.
     */
    readonly ticket: number;
    /**
     * The trace id of the call.
     */
    readonly traceId: string | undefined;
}

/**
 * What became of a call. Instants are milliseconds since 1970.
 */
export class CallOutcome {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * When the answer to the last attempt was handed in.
     */
    readonly answeredAt: number | undefined;
    /**
     * How often the call was sent.
     */
    readonly attempts: number;
    /**
     * The error of the last attempt, where the call was not delivered.
     */
    readonly error: ErrorFields | undefined;
    /**
     * When the first attempt was handed out.
     */
    readonly firstSentAt: number | undefined;
    /**
     * As it was pushed.
     */
    readonly key: number;
    /**
     * The acknowledgement in its [`format`], where the call was delivered.
     */
    readonly reply: string | undefined;
    /**
     * When the last attempt was handed out.
     */
    readonly sentAt: number | undefined;
    /**
     * `Date` of that answer.
     */
    readonly serverDate: number | undefined;
    /**
     * HTTP status of that answer.
     */
    readonly status: number | undefined;
    /**
     * The trace id of all its attempts.
     */
    readonly traceId: string | undefined;
    /**
     * See `Verdict` in dispatch.d.ts.
     */
    readonly verdict: string;
    /**
     * X-Date of the last attempt.
     */
    readonly xDate: string | undefined;
}

/**
 * The client.
 */
export class Core {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns what was learned of the server's clock, in milliseconds. It is within 24 hours, so the fallback cannot occur.
     */
    clockOffset(): number;
    /**
     * Returns every stage of a request's signature, as an object.
     */
    explain(operation: number, user: string, _package: string, kind: number | null | undefined, now: number, options: ExplainOptions): any;
    /**
     * Returns what never changes about an operation's requests: `{ method, url, headers }`, the latter as pairs.
     */
    fixed(operation: number): { method: string; url: string; headers: [string, string][] };
    /**
     * Checks everything that never changes.
     */
    constructor(endpoint: string, allow_plain_http: boolean, user_id: string, credentials: Credentials);
    /**
     * Learns the server's clock.
     */
    observeClock(headers: string, sent_at: number, received_at: number): void;
    /**
     * Reads a reply as `parse` does, and learns the server's clock from it. A body beyond the limit is an error, and an error names
     * the request.
     */
    parseSent(operation: number, status: number, headers: string, body: Uint8Array | number[], sent: SentRequest): any;
    /**
     * Reads a reply: an acknowledgement in its [`format`], or an object.
     */
    parse(operation: number, status: number, headers: string, body: Uint8Array | number[]): any;
    /**
     * Returns the same with options.
     */
    requestWith(operation: number, user: string, _package: string, kind: number | null | undefined, now: number, options: RequestOptions): string;
    /**
     * Returns what varies of a request, in the [`format`] of one.
     */
    request(operation: number, user: string, _package: string, kind: number | null | undefined, now: number): string;
    /**
     * Sets by how many seconds X-Date stays behind the server's clock. Takes the client, so that a refusal leaves none behind.
     */
    withClockMargin(seconds: number): Core;
    /**
     * Returns the same client with other credentials. Both share the learned clock.
     */
    withCredentials(credentials: Credentials): Core;
}

/**
 * Credentials that were checked.
 */
export class Credentials {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Takes the options that were given. The texts are overwritten; the core keeps copies of its own.
     */
    constructor(app_id?: string | null, app_secret?: string | null, token?: string | null, authorization?: string | null);
}

/**
 * What js/dispatch drives.
 */
export class Dispatcher {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns what is to be sent, once, where poll has said `send`.
     */
    attempt(): Attempt | undefined;
    /**
     * Returns how many calls to push at most, where poll has said `calls`.
     */
    calls(): number | undefined;
    /**
     * Sends nothing more.
     */
    cancel(): void;
    /**
     * Takes a fresh token.
     */
    credentials(token: string, wall: number, at: number): void;
    /**
     * The source has ended.
     */
    finish(): void;
    /**
     * Returns why it halted, as an object; undefined if it did not.
     */
    halt(): HaltFields | undefined;
    /**
     * `names` and `values` are numbers of the policy's; `seed` makes trace ids, so it is random.
     */
    constructor(client: Core, names: string[], values: Float64Array | number[], seed: bigint);
    /**
     * Says that there is no fresh token now.
     */
    noToken(wall: number, at: number): void;
    /**
     * Hands in that the request surely never left.
     */
    notSent(number: number, cause: string, wall: number, at: number): void;
    /**
     * Hands in that no complete answer came to a request that may have left.
     */
    outcomeUnknown(number: number, cause: string, wall: number, at: number): void;
    /**
     * Returns what became of a call, once, where poll has said `outcome`.
     */
    outcome(): CallOutcome | undefined;
    /**
     * Names what to do next.
     */
    poll(wall: number, at: number): ActionName;
    /**
     * Returns how far it is, as an object.
     */
    progress(): ProgressFields;
    /**
     * Takes a notification, of which JavaScript knows the rest by its `key`.
     */
    push(key: number, user: string, _package: string, kind?: number | null): void;
    /**
     * Longest body of a reply, in bytes.
     */
    replyLimit(): number;
    /**
     * Hands in a response, of whose body at most one byte is beyond the limit.
     */
    response(number: number, status: number, headers: string, body: Uint8Array | number[], wall: number, at: number): void;
    /**
     * Goes on after a halt.
     */
    resume(): void;
    /**
     * Returns the instant of the monotonic clock until which there is nothing to do, in milliseconds, where poll has said `wait`.
     * Where there is no such instant, there is nothing to do until something is handed in.
     */
    waitUntil(): number | undefined;
}

/**
 * Refuses a notification that no client can send.
 */
export function checkNotification(user: string, _package: string, kind?: number | null): void;

/**
 * Refuses a `type` other than the documented one.
 */
export function checkType(number: number): void;

/**
 * Returns the error for a redirect of which a browser shows nothing else.
 */
export function hiddenRedirect(operation: string): ErrorFields;

/**
 * Returns the error for text that holds half of a UTF-16 pair.
 */
export function loneSurrogate(field: string): ErrorFields;

/**
 * Returns the error for a request that surely never left.
 */
export function notSent(cause: string): ErrorFields;

/**
 * Returns the error for a value where text is due: `found` names what was given.
 */
export function notText(field: string, found: string): ErrorFields;

/**
 * Returns the error for a request that may have left and to which no complete answer came.
 */
export function outcomeUnknown(cause: string): ErrorFields;

/**
 * Returns the error for anything else that is refused: `what` is wrong, `right` would be right.
 */
export function refused(what: string, right: string): ErrorFields;

/**
 * Returns trace ids, one after the other, from 29 random bytes each.
 */
export function traceIds(random: Uint8Array | number[]): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_attempt_free: (a: number, b: number) => void;
    readonly __wbg_calloutcome_free: (a: number, b: number) => void;
    readonly __wbg_core_free: (a: number, b: number) => void;
    readonly __wbg_credentials_free: (a: number, b: number) => void;
    readonly __wbg_dispatcher_free: (a: number, b: number) => void;
    readonly attempt_request: (a: number) => any;
    readonly attempt_ticket: (a: number) => number;
    readonly attempt_traceId: (a: number) => [number, number];
    readonly calloutcome_answeredAt: (a: number) => [number, number];
    readonly calloutcome_attempts: (a: number) => number;
    readonly calloutcome_error: (a: number) => any;
    readonly calloutcome_firstSentAt: (a: number) => [number, number];
    readonly calloutcome_key: (a: number) => number;
    readonly calloutcome_reply: (a: number) => [number, number];
    readonly calloutcome_sentAt: (a: number) => [number, number];
    readonly calloutcome_serverDate: (a: number) => [number, number];
    readonly calloutcome_status: (a: number) => number;
    readonly calloutcome_traceId: (a: number) => [number, number];
    readonly calloutcome_verdict: (a: number) => [number, number];
    readonly calloutcome_xDate: (a: number) => [number, number];
    readonly checkNotification: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly checkType: (a: number) => [number, number];
    readonly core_clockOffset: (a: number) => number;
    readonly core_explain: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: any) => [number, number, number];
    readonly core_fixed: (a: number, b: number) => any;
    readonly core_new: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number];
    readonly core_observeClock: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly core_parse: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number];
    readonly core_parseSent: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: any) => [number, number, number];
    readonly core_request: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number, number];
    readonly core_requestWith: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: any) => [number, number, number];
    readonly core_withClockMargin: (a: number, b: number) => [number, number, number];
    readonly core_withCredentials: (a: number, b: number) => number;
    readonly credentials_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number];
    readonly dispatcher_attempt: (a: number) => number;
    readonly dispatcher_calls: (a: number) => number;
    readonly dispatcher_cancel: (a: number) => void;
    readonly dispatcher_credentials: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly dispatcher_finish: (a: number) => void;
    readonly dispatcher_halt: (a: number) => any;
    readonly dispatcher_new: (a: number, b: number, c: number, d: number, e: number, f: bigint) => [number, number, number];
    readonly dispatcher_noToken: (a: number, b: number, c: number) => [number, number];
    readonly dispatcher_notSent: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly dispatcher_outcome: (a: number) => number;
    readonly dispatcher_outcomeUnknown: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly dispatcher_poll: (a: number, b: number, c: number) => [number, number, number];
    readonly dispatcher_progress: (a: number) => any;
    readonly dispatcher_push: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number];
    readonly dispatcher_replyLimit: (a: number) => number;
    readonly dispatcher_response: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number];
    readonly dispatcher_resume: (a: number) => void;
    readonly dispatcher_waitUntil: (a: number) => [number, number];
    readonly hiddenRedirect: (a: number, b: number) => any;
    readonly loneSurrogate: (a: number, b: number) => any;
    readonly notSent: (a: number, b: number) => any;
    readonly notText: (a: number, b: number, c: number, d: number) => any;
    readonly outcomeUnknown: (a: number, b: number) => any;
    readonly refused: (a: number, b: number, c: number, d: number) => any;
    readonly traceIds: (a: number, b: number) => [number, number];
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_table_alloc: () => number;
    readonly __externref_drop_slice: (a: number, b: number) => void;
    readonly __wbindgen_start: () => void;
}

export type SyncInitInput = BufferSource | WebAssembly.Module;

/**
 * Instantiates the given `module`, which can either be bytes or
 * a precompiled `WebAssembly.Module`.
 *
 * @param {{ module: SyncInitInput }} module - Passing `SyncInitInput` directly is deprecated.
 *
 * @returns {InitOutput}
 */
export function initSync(module: { module: SyncInitInput } | SyncInitInput): InitOutput;

/**
 * If `module_or_path` is {RequestInfo} or {URL}, makes a request and
 * for everything else, calls `WebAssembly.instantiate` directly.
 *
 * @param {{ module_or_path: InitInput | Promise<InitInput> }} module_or_path - Passing `InitInput` directly is deprecated.
 *
 * @returns {Promise<InitOutput>}
 */
export default function __wbg_init (module_or_path: { module_or_path: InitInput | Promise<InitInput> } | InitInput | Promise<InitInput>): Promise<InitOutput>;
