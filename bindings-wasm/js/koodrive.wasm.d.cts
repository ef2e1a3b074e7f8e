/** As koodrive.wasm.d.ts, for a `require`. */
declare const module: WebAssembly.Module;
export = module;
