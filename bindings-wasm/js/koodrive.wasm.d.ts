/**
 * The core as a compiled module, where the host compiles `.wasm` imports: Workers, and bundlers
 * that are told to.
 *
 * It needs the JavaScript glue inside this package; alone it is of use for checking what is
 * deployed.
 *
 * A `WebAssembly.Module`, if the host's types have one (TypeScript's lib `dom`, or
 * `@cloudflare/workers-types`).
 */
declare const module: typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : unknown;
export default module;
