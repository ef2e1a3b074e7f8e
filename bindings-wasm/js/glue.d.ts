/* tslint:disable */
/* eslint-disable */

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
    readonly __wbg_core_free: (a: number, b: number) => void;
    readonly __wbg_credentials_free: (a: number, b: number) => void;
    readonly __wbg_unsigned_free: (a: number, b: number) => void;
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
    readonly failed: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => any;
    readonly loneSurrogate: (a: number, b: number) => any;
    readonly misused: (a: number, b: number) => any;
    readonly notText: (a: number, b: number, c: number, d: number) => any;
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
