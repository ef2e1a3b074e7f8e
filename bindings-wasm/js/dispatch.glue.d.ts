/* tslint:disable */
/* eslint-disable */

/**
 * The client, and a notification for where any will do.
 */
export class Core {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * In milliseconds; within 24 hours, so it fits.
     */
    clockOffset(): number;
    /**
     * What never changes, a line each: method, URL, then name and value of each header.
     */
    fixed(operation: number): string;
    /**
     * Checks everything that never changes.
     */
    constructor(endpoint: string, allow_plain_http: boolean, user_id: string, way: string, first: string, second?: string | null, clock_margin?: number | null);
    /**
     * Learns the server's clock.
     */
    observeClock(lines: string, sent_at: number, received_at: number): void;
    /**
     * Reads a reply to what was sent with this `x_date` and `trace_id`, and its clock. Of more than `limit`, its beginning.
     */
    parse(operation: number, status: number, lines: string, body: Uint8Array | number[], x_date: string, trace_id: string | null | undefined, limit: number | null | undefined, sent_at: number, received_at?: number | null): any;
    /**
     * What varies, as one text: the 16 characters of X-Date, Authorization, a line break, the body. `text` is the trace id.
     * To `explain` gives every stage of the signature instead, as an object. `text` is the service's message.
     */
    request(operation: number, user: string, _package: string, kind: number | null | undefined, now: number, date: number | null | undefined, text: string | null | undefined, explain: boolean): any;
    /**
     * Shares the learned clock.
     */
    withCredentials(way: string, first: string, second?: string | null): Core;
}

/**
 * What js/dispatch drives.
 */
export class Dispatcher {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Sends nothing more.
     */
    cancel(): void;
    /**
     * Takes a fresh token.
     */
    credentials(token: string, wall: number, at: number): void;
    /**
     * Throws the error of the outcome that poll said last, if it has one.
     */
    failed(): void;
    /**
     * Hands in that no complete answer came. `sent` is false where the request surely never left.
     */
    failure(number: number, sent: boolean, cause: string, wall: number, at: number): void;
    /**
     * The source has ended.
     */
    finish(): void;
    /**
     * Why it halted: text, reason, how many calls or tries, status, code, msg. Empty if it did not.
     */
    halt(): any[];
    /**
     * `names` and `values` are numbers of the policy's; `seed` makes trace ids, so it is random.
     */
    constructor(client: Core, names: string[], values: Float64Array | number[], seed: bigint);
    /**
     * There is none now.
     */
    noToken(wall: number, at: number): void;
    /**
     * What to do: a line of words, the first of which names it, and what follows it. A time is in microseconds.
     */
    poll(wall: number, at: number): any;
    /**
     * The members of `Progress`, in the order of js/dispatch/outcome.js.
     */
    progress(): Float64Array;
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
    response(number: number, status: number, lines: string, body: Uint8Array | number[], wall: number, at: number): void;
    /**
     * Goes on after a halt.
     */
    resume(): void;
}

/**
 * Refuses a notification that no client can send, and a `number` as its `type` that was not asked for by the name of an
 * undocumented one.
 */
export function check(user: string, _package: string, kind?: number | null, number?: number | null): void;

/**
 * Throws what JavaScript noticed.
 */
export function complain(about: string, first: string, second: string): void;

/**
 * Trace ids, one after the other, from 29 random bytes each.
 */
export function traceIds(random: Uint8Array | number[]): string;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_core_free: (a: number, b: number) => void;
    readonly __wbg_dispatcher_free: (a: number, b: number) => void;
    readonly check: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number];
    readonly complain: (a: number, b: number, c: number, d: number, e: number, f: number) => [number, number];
    readonly core_clockOffset: (a: number) => number;
    readonly core_fixed: (a: number, b: number) => [number, number, number, number];
    readonly core_new: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number) => [number, number, number];
    readonly core_observeClock: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly core_parse: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number, o: number) => [number, number, number];
    readonly core_request: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number, k: number, l: number, m: number, n: number) => [number, number, number];
    readonly core_withCredentials: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number, number];
    readonly dispatcher_cancel: (a: number) => void;
    readonly dispatcher_credentials: (a: number, b: number, c: number, d: number, e: number) => [number, number];
    readonly dispatcher_failed: (a: number) => [number, number];
    readonly dispatcher_failure: (a: number, b: number, c: number, d: number, e: number, f: number, g: number) => [number, number];
    readonly dispatcher_finish: (a: number) => void;
    readonly dispatcher_halt: (a: number) => [number, number];
    readonly dispatcher_new: (a: number, b: number, c: number, d: number, e: number, f: bigint) => [number, number, number];
    readonly dispatcher_noToken: (a: number, b: number, c: number) => [number, number];
    readonly dispatcher_poll: (a: number, b: number, c: number) => [number, number, number];
    readonly dispatcher_progress: (a: number) => [number, number];
    readonly dispatcher_push: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number) => [number, number];
    readonly dispatcher_replyLimit: (a: number) => number;
    readonly dispatcher_response: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number) => [number, number];
    readonly dispatcher_resume: (a: number) => void;
    readonly traceIds: (a: number, b: number) => [number, number];
    readonly __wbindgen_malloc: (a: number, b: number) => number;
    readonly __wbindgen_realloc: (a: number, b: number, c: number, d: number) => number;
    readonly __wbindgen_free: (a: number, b: number, c: number) => void;
    readonly __wbindgen_externrefs: WebAssembly.Table;
    readonly __externref_table_dealloc: (a: number) => void;
    readonly __externref_drop_slice: (a: number, b: number) => void;
    readonly __externref_table_alloc: () => number;
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
