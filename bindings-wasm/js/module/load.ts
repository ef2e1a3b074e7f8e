import { wasm } from "koodrive:module";

/**
 * Compiles the module and instantiates it with `initSync`, synchronously.
 *
 * @throws Error if the host has no WebAssembly, or forbids to compile it.
 */
export function load(initSync: (options: { module: BufferSource | WebAssembly.Module }) => unknown): void {
  if (typeof WebAssembly === "undefined") {
    throw new Error("koodrive needs WebAssembly, which this host lacks; run it in Node, Deno, Bun, a Worker or a browser");
  }
  try {
    initSync({ module: wasm() });
  } catch (cause) {
    // Safari throws an EvalError. Engines advise 'unsafe-eval' in their own messages, which allows
    // more than is needed.
    if (!(cause instanceof WebAssembly.CompileError || cause instanceof EvalError)) throw cause;
    const page = "a page's Content-Security-Policy must have 'wasm-unsafe-eval' in script-src";
    const worker = 'a Worker must be bundled with the condition "workerd"';
    throw new Error(`koodrive cannot compile its WebAssembly here: ${page}, ${worker} (${cause.message})`, { cause });
  }
}
