// Imports that build.mjs resolves, since each build has its own.

/** Stands for js/module/embedded.ts or js/module/file.ts. */
declare module "koodrive:module" {
  export function wasm(): Uint8Array<ArrayBuffer> | WebAssembly.Module;
}

/** Holds the .wasm in base64. */
declare module "koodrive:base64" {
  const base64: string;
  export default base64;
}

/** Holds the .wasm as a module that the host has compiled. */
declare module "koodrive:file" {
  const module: WebAssembly.Module;
  export default module;
}
