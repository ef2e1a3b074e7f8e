// What the sources import and is no file there: build.mjs makes it. `koodrive:glue` is glue.d.ts, or the
// dispatcher's dispatch.glue.d.ts, or the sandbox's sandbox.glue.d.ts.

/** What the core calls things, in the order of names.js. */
declare module "koodrive:names" {
  const names: readonly [international: string, china: string, ...headers: string[]];
  export default names;
}

/** js/module/embedded.js or js/module/file.js. */
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

/** For the sandbox: the client's entry, whose errors it throws. */
declare module "koodrive:client" {
  export class InvalidInputError extends Error {
    constructor(message: string, fields: object);
  }
}
