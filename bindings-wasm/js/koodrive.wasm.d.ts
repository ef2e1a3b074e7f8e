/**
 * The core as a compiled module, in hosts that compile `.wasm` imports: Workers, and bundlers with
 * that setting.
 *
 * Only this package's JavaScript can call it. Import it to check which bytes are deployed.
 *
 * Its type is `WebAssembly.Module` if the host's types have one (TypeScript's lib `dom`, or
 * `@cloudflare/workers-types`).
 */
declare const module: typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : unknown;
export default module;
