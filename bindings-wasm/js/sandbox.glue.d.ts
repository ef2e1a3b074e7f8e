/* tslint:disable */
/* eslint-disable */

/**
 * What JavaScript does next.
 */
export class Answer {
    private constructor();
    free(): void;
    [Symbol.dispose](): void;
    /**
     * The bytes that follow the head.
     */
    body(): Uint8Array;
    /**
     * JSON: `status`, `headers` as pairs, and what becomes of them: `delayMs`, `dripMs`, or `cut`.
     */
    head(): string;
}

/**
 * The sandbox.
 */
export class Service {
    free(): void;
    [Symbol.dispose](): void;
    /**
     * Returns the calls that were acted on and change state, as a JSON list.
     */
    accepted(): string;
    /**
     * Judges a request that arrives at `now`, in milliseconds. `headers` are names and values in turn.
     */
    answer(method: string, url: string, headers: string[], body: Uint8Array | number[], now: number): Answer;
    /**
     * Takes the configuration as JSON.
     */
    constructor(config: string);
}

/**
 * Throws for a mistake that concerns no field.
 */
export function misuse(text: string): void;

/**
 * Throws what JavaScript noticed: the `problem` of `field`, and what to do.
 */
export function refuse(field: string, problem: string): void;

/**
 * Throws for a number that has lost digits.
 */
export function refuseNumber(field: string): void;

export type InitInput = RequestInfo | URL | Response | BufferSource | WebAssembly.Module;

export interface InitOutput {
    readonly memory: WebAssembly.Memory;
    readonly __wbg_answer_free: (a: number, b: number) => void;
    readonly __wbg_service_free: (a: number, b: number) => void;
    readonly answer_body: (a: number) => [number, number];
    readonly answer_head: (a: number) => [number, number];
    readonly misuse: (a: number, b: number) => [number, number];
    readonly refuse: (a: number, b: number, c: number, d: number) => [number, number];
    readonly refuseNumber: (a: number, b: number) => [number, number];
    readonly service_accepted: (a: number) => [number, number];
    readonly service_answer: (a: number, b: number, c: number, d: number, e: number, f: number, g: number, h: number, i: number, j: number) => [number, number, number];
    readonly service_new: (a: number, b: number) => [number, number, number];
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
