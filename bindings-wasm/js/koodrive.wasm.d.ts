/**
 * The core as a compiled module, where the host compiles `.wasm` imports: Workers, and bundlers that are told to.
 *
 * It needs the JavaScript glue inside this package; alone it is of use for checking what is deployed.
 */
declare const module: WebAssembly.Module;
export default module;
