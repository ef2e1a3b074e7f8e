/** As koodrive.wasm.d.ts, for a `require`. */
declare const module: typeof globalThis extends { WebAssembly: { Module: { prototype: infer Module } } } ? Module : unknown;
export = module;
