/* tslint:disable */
/* eslint-disable */

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
    readonly __wbg_core_free: (a: number, b: number) => void;
    readonly __wbg_credentials_free: (a: number, b: number) => void;
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
