// Loads the Rust core on first use, so that importing the package costs nothing and no one has to call init().
//
// Should the core ever trap (WebAssembly.RuntimeError; it has no way to panic that we know of), the module's memory cannot be
// trusted any more: restart the process or worker.
import { Core, check, checkType, complain, initSync, traceId } from "koodrive:glue";
import { wasm } from "koodrive:module";

// By name: as a whole the glue would drag its asynchronous loader into the bundle.
const exported = { Core, check, checkType, complain, traceId };

let loaded = false;

/** What the core exports; see bindings-wasm/src/lib.rs. */
export function core() {
  if (!loaded) {
    load();
    loaded = true;
  }
  return exported;
}

function load() {
  try {
    initSync({ module: wasm() });
  } catch (cause) {
    // EvalError in Safari. Engines themselves advise 'unsafe-eval', which allows far more than is needed.
    if (!(cause instanceof WebAssembly.CompileError || cause instanceof EvalError)) throw cause;
    const page = "a page's Content-Security-Policy must have 'wasm-unsafe-eval' in script-src";
    const worker = 'a Worker must be bundled with the condition "workerd"';
    throw new Error(`koodrive cannot compile its WebAssembly here: ${page}, ${worker} (${cause.message})`, { cause });
  }
}
