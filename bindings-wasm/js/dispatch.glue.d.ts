/* tslint:disable */
/* eslint-disable */
/**
 * What JavaScript is to do next, by the names of the core's actions.
 */

export type ActionName = "send" | "outcome" | "calls" | "token" | "halted" | "wait" | "done";

/** The fields of an error, of which js/errors.js makes one. `again`: the call is to be sent once more, signed anew. */
export interface ErrorFields {
    message: string;
    kind: "invalid_input" | "not_sent" | "outcome_unknown" | "api" | "unreadable_reply";
    outcome: "not_sent" | "refused" | "unknown";
    retryable: boolean;
    status: number | null;
    code: string | null;
    msg: string | null;
    requestId: string | null;
    traceId: string | null;
    xDate: string | null;
    retryAfter: number | null;
    body: string | null;
    field: string | null;
    again?: boolean;
}



/** What a request may be given. `date` is in milliseconds since 1970. */
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
 * reply, in bytes. `maySignAnew` is true for the first attempt of a call for which the caller named no date.
 */
export interface Sent {
    xDate: string;
    traceId: string;
    replyLimit: number;
    sentAt: number;
    receivedAt: number;
    maySignAnew: boolean;
}

/** The half of a request that never changes. `isFixed`: for all calls of the operation. `isSafe`: the call changes nothing. */
export interface FixedParts {
    name: string;
    method: string;
    url: string;
    headers: [string, string][];
    isSafe: boolean;
    isFixed: boolean;
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
     * The acknowledgement of a notification in its [`format`], where it was delivered.
     */
    readonly notificationReply: string | undefined;
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
    explain(name: string, fields: string, now: number, options: ExplainOptions): any;
    /**
     * Returns the half of the request to a call that never changes.
     */
    fixed(name: string, fields: string): FixedParts;
    /**
     * Returns the error for a redirect of which a browser shows nothing else.
     */
    hiddenRedirect(name: string, fields: string, x_date: string, trace_id: string): ErrorFields;
    /**
     * Checks everything that never changes.
     */
    constructor(endpoint: string, allow_plain_http: boolean, user_id: string, credentials: Credentials);
    /**
     * Returns the same for a notification, with options.
     */
    notificationRequestWith(user: string, _package: string, kind: number | null | undefined, now: number, options: RequestOptions): string;
    /**
     * Returns the same for a notification, without options.
     */
    notificationRequest(user: string, _package: string, kind: number | null | undefined, now: number): string;
    /**
     * Learns the server's clock.
     */
    observeClock(headers: string, sent_at: number, received_at: number): void;
    /**
     * Reads the reply to a notification: an acknowledgement in its [`format`].
     */
    parseNotification(user: string, _package: string, kind: number | null | undefined, status: number, headers: string, body: Uint8Array | number[]): string;
    /**
     * Reads the reply to a notification that was sent, in the same way: an acknowledgement in its [`format`].
     */
    parseSentNotification(user: string, _package: string, kind: number | null | undefined, status: number, headers: string, body: Uint8Array | number[], sent: Sent): string;
    /**
     * Reads the reply to a call that was sent, and learns the server's clock from it. An error names the request, and says whether
     * the call is to be sent once more, signed anew.
     */
    parseSent(name: string, fields: string, status: number, headers: string, body: Uint8Array | number[], sent: Sent): string;
    /**
     * Reads the reply to a call: JSON text.
     */
    parse(name: string, fields: string, status: number, headers: string, body: Uint8Array | number[]): string;
    /**
     * Returns the half of the request to a call that varies, in the [`format`] of one.
     */
    request(name: string, fields: string, now: number, options: RequestOptions): string;
    /**
     * Returns what is to be signed elsewhere for a call.
     */
    unsigned(name: string, fields: string, now: number, options: RequestOptions): Unsigned;
    /**
     * Sets by how many milliseconds, whole seconds, X-Date stays behind the server's clock. Takes the client, so that a refusal
     * leaves none behind.
     */
    withClockMargin(milliseconds: number): Core;
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
     * Returns credentials that are not known yet: a function will give a token.
     */
    static later(): Credentials;
    /**
     * Takes the options that were given; `signs_elsewhere` says that a function signs in the place of an app secret. The texts are
     * overwritten; the core keeps copies of its own.
     */
    constructor(app_id: string | null | undefined, app_secret: string | null | undefined, token: string | null | undefined, authorization: string | null | undefined, signs_elsewhere: boolean);
}

/**
 * What js/dispatch drives.
 */
export class Dispatcher {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns how many calls to push at most, where poll has said `calls`.
     */
    calls(): number | undefined;
    /**
     * Sends nothing more.
     */
    cancel(): void;
    /**
     * Returns the reply of an outcome to its call as JSON text, where it was delivered. Throws the error of a reply that has a field
     * which cannot be read.
     */
    deliveredReply(outcome: CallOutcome, name: string, fields: string): string | undefined;
    /**
     * The source has ended.
     */
    finish(): void;
    /**
     * Returns the half of the request under this ticket that never changes, as `Core.fixed` does.
     */
    fixed(number: number): FixedParts;
    /**
     * Returns why it halted, as an object; undefined if it did not.
     */
    halt(): HaltFields | undefined;
    /**
     * Hands in a response, of whose body at most one byte is beyond the limit.
     */
    handleResponse(number: number, status: number, headers: string, body: Uint8Array | number[], wall: number, at: number): void;
    /**
     * Hands in a redirect of which a browser shows nothing else.
     */
    hiddenRedirect(number: number, wall: number, at: number): void;
    /**
     * `names` and `values` are options, times in milliseconds; `seed` makes trace ids, so it is random.
     */
    constructor(client: Core, names: string[], values: Float64Array | number[], seed: bigint);
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
     * Returns what is to be sent, once, where poll has said `send`.
     */
    outgoing(): OutgoingCall | undefined;
    /**
     * Names what to do next.
     */
    poll(wall: number, at: number): ActionName;
    /**
     * Returns how far it is, as an object.
     */
    progress(): ProgressFields;
    /**
     * Takes a notification in the same way.
     */
    pushNotification(key: number, user: string, _package: string, kind?: number | null): void;
    /**
     * Takes a call, of which JavaScript knows the rest by its `key`.
     */
    push(key: number, name: string, fields: string): void;
    /**
     * Longest body of a reply, in bytes.
     */
    replyLimit(): number;
    /**
     * Goes on after a halt.
     */
    resume(): void;
    /**
     * Takes a fresh token.
     */
    setToken(token: string, wall: number, at: number): void;
    /**
     * Says that there is no fresh token now.
     */
    tokenFailed(wall: number, at: number): void;
    /**
     * Returns the instant of the monotonic clock until which there is nothing to do, in milliseconds, where poll has said `wait`.
     * Where there is no such instant, there is nothing to do until something is handed in.
     */
    waitUntil(): number | undefined;
}

/**
 * One attempt of one call.
 */
export class OutgoingCall {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns that half with `signature` in it.
     */
    signed(signature: string): string;
    /**
     * Method and path, where all calls of the operation share them: by them the other half of the request may be kept.
     */
    readonly fixedTarget: string | undefined;
    /**
     * The half of the request that varies, as `Core.request` returns it.
     */
    readonly request: string;
    /**
     * The string to sign, where a signature is missing.
     */
    readonly stringToSign: string | undefined;
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
 * The half of a request that varies, without its signature.
 */
export class Unsigned {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns the half in the [`format`] of a request, with `signature` in it.
     */
    signed(signature: string): string;
    /**
     * The string to sign.
     */
    readonly stringToSign: string;
}

/**
 * Refuses a call of the operation `name` that no client can send.
 */
export function checkCall(name: string, fields: string): void;

/**
 * Refuses a notification that no client can send.
 */
export function checkNotification(user: string, _package: string, kind?: number | null): void;

/**
 * Refuses a `type` other than the documented one.
 */
export function checkType(number: number): void;

/**
 * Returns the error of a request without a complete reply; `sent` is false where it surely never left, `is_safe` is true where the
 * call changes nothing.
 */
export function failed(sent: boolean, cause: string, is_safe: boolean, x_date?: string | null, trace_id?: string | null): ErrorFields;

/**
 * Returns the error for text that holds half of a UTF-16 pair.
 */
export function loneSurrogate(field: string): ErrorFields;

/**
 * Returns the error for a mistake that concerns no field.
 */
export function misused(text: string): ErrorFields;

/**
 * Returns the error for a value where text is due: `found` names what was given.
 */
export function notText(field: string, found: string): ErrorFields;

/**
 * Returns the error for anything else that is refused: the `problem` of `field`, an option in snake case or a field of the wire.
 */
export function refused(field: string, problem: string): ErrorFields;

/**
 * Returns the longest body of a reply, in bytes, or refuses it.
 */
export function replyLimit(bytes: number): number;

/**
 * Returns trace ids, one after the other, from 29 random bytes each.
 */
export function traceIds(random: Uint8Array | number[]): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_calloutcome_free: (a: number, b: number) => void;
    readonly __wbg_core_free: (a: number, b: number) => void;
    readonly __wbg_credentials_free: (a: number, b: number) => void;
    readonly __wbg_dispatcher_free: (a: number, b: number) => void;
    readonly __wbg_outgoingcall_free: (a: number, b: number) => void;
    readonly __wbg_unsigned_free: (a: number, b: number) => void;
    readonly calloutcome_answeredAt: (a: number) => [number, number];
    readonly calloutcome_attempts: (a: number) => number;
    readonly calloutcome_error: (a: number) => any;
    readonly calloutcome_firstSentAt: (a: number) => [number, number];
    readonly calloutcome_key: (a: number) => number;
    readonly calloutcome_notificationReply: (a: number) => [number, number];
    readonly calloutcome_sentAt: (a: number) => [number, number];
    readonly calloutcome_serverDate: (a: number) => [number, number];
    readonly calloutcome_status: (a: number) => number;
    readonly calloutcome_traceId: (a: number) => [number, number];
    readonly calloutcome_verdict: (a: number) => [number, number];
    readonly calloutcome_xDate: (a: number) => [number, number];
    readonly checkCall: (a: number, b: number, c: number, d: number) => [number, number];
    readonly checkNotification: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly checkType: (a: number) => [number, number];
    readonly core_clockOffset: (a: number) => number;
    readonly core_explain: (a: number, b: number, c: number, d: number, e: number, f: number, g: any) => [number, number, number];
    readonly core_fixed: (a: number, b: number, c: number, d: number, e: number) => [number, number, number];
    readonly core_hiddenRedirect: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number, number];
    readonly core_new: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number];
    readonly core_notificationRequest: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number, number];
    readonly core_notificationRequestWith: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: any) => [number, number, number];
    readonly core_observeClock: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly core_parse: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number) => [number, number, number, number];
    readonly core_parseNotification: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number) => [number, number, number, number];
    readonly core_parseSent: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: any) => [number, number, number, number];
    readonly core_parseSentNotification: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: any) => [number, number, number, number];
    readonly core_request: (a: number, b: number, c: number, d: number, e: number, f: number, g: any) => [number, number, number];
    readonly core_unsigned: (a: number, b: number, c: number, d: number, e: number, f: number, g: any) => [number, number, number];
    readonly core_withClockMargin: (a: number, b: number) => [number, number, number];
    readonly core_withCredentials: (a: number, b: number) => number;
    readonly credentials_later: () => number;
    readonly credentials_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number, number];
    readonly dispatcher_calls: (a: number) => number;
    readonly dispatcher_cancel: (a: number) => void;
    readonly dispatcher_deliveredReply: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number, number, number];
    readonly dispatcher_finish: (a: number) => void;
    readonly dispatcher_fixed: (a: number, b: number) => [number, number, number];
    readonly dispatcher_halt: (a: number) => any;
    readonly dispatcher_handleResponse: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number];
    readonly dispatcher_hiddenRedirect: (a: number, b: number, c: number, d: number) => [number, number];
    readonly dispatcher_new: (a: number, b: number, c: number, d: number, e: number, f: bigint) => [number, number, number];
    readonly dispatcher_notSent: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly dispatcher_outcome: (a: number) => number;
    readonly dispatcher_outcomeUnknown: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly dispatcher_outgoing: (a: number) => number;
    readonly dispatcher_poll: (a: number, b: number, c: number) => [number, number, number];
    readonly dispatcher_progress: (a: number) => any;
    readonly dispatcher_push: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly dispatcher_pushNotification: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number];
    readonly dispatcher_replyLimit: (a: number) => number;
    readonly dispatcher_resume: (a: number) => void;
    readonly dispatcher_setToken: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly dispatcher_tokenFailed: (a: number, b: number, c: number) => [number, number];
    readonly dispatcher_waitUntil: (a: number) => [number, number];
    readonly failed: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => any;
    readonly loneSurrogate: (a: number, b: number) => any;
    readonly misused: (a: number, b: number) => any;
    readonly notText: (a: number, b: number, c: number, d: number) => any;
    readonly outgoingcall_fixedTarget: (a: number) => [number, number];
    readonly outgoingcall_request: (a: number) => any;
    readonly outgoingcall_signed: (a: number, b: number, c: number) => [number, number, number];
    readonly outgoingcall_stringToSign: (a: number) => [number, number];
    readonly outgoingcall_ticket: (a: number) => number;
    readonly outgoingcall_traceId: (a: number) => [number, number];
    readonly refused: (a: number, b: number, c: number, d: number) => any;
    readonly replyLimit: (a: number) => [number, number, number];
    readonly traceIds: (a: number, b: number) => [number, number];
    readonly unsigned_signed: (a: number, b: number, c: number) => [number, number, number];
    readonly unsigned_stringToSign: (a: number) => [number, number];
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
