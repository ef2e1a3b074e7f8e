// Imports that build.mjs resolves, since they differ between the builds.

/** js/module/embedded.ts or js/module/file.ts. */
declare module "koodrive:module" {
  export function wasm(): Uint8Array<ArrayBuffer> | WebAssembly.Module;
}

/** The .wasm in base64. */
declare module "koodrive:base64" {
  const base64: string;
  export default base64;
}

/** The .wasm as the host has compiled it. */
declare module "koodrive:file" {
  const module: WebAssembly.Module;
  export default module;
}
