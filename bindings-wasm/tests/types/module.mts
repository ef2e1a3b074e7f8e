// The .wasm as a compiled module, for hosts that compile `.wasm` imports.
import module from "koodrive/module.wasm";

export const exported: WebAssembly.ModuleExportDescriptor[] = WebAssembly.Module.exports(module);
