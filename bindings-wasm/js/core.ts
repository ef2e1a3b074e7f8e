// Loads the Rust core on first use, so that an import costs nothing and needs no init().
//
// If the core ever traps (WebAssembly.RuntimeError), its memory is no longer valid: restart the
// process or worker. We know of no code path that panics.
import {
  checkCall,
  checkNotification,
  checkRaw,
  checkType,
  Core,
  Credentials,
  failed,
  initSync,
  loneSurrogate,
  misused,
  notText,
  refused,
  replyLimit,
  traceIds,
} from "../generated/koodrive.js";
import { load } from "./module/load.js";

/** The core's exports; see bindings-wasm/src/lib.rs. */
interface Exports {
  readonly Core: typeof Core;
  readonly Credentials: typeof Credentials;
  readonly checkCall: typeof checkCall;
  readonly checkNotification: typeof checkNotification;
  readonly checkRaw: typeof checkRaw;
  readonly checkType: typeof checkType;
  readonly failed: typeof failed;
  readonly loneSurrogate: typeof loneSurrogate;
  readonly misused: typeof misused;
  readonly notText: typeof notText;
  readonly refused: typeof refused;
  readonly replyLimit: typeof replyLimit;
  readonly traceIds: typeof traceIds;
}

// Single names, since the glue as a whole would add its asynchronous loader to the bundle. The
// dispatcher's class is missing, so that programs without `dispatch` do not load it.
const exported: Exports = {
  Core,
  Credentials,
  checkCall,
  checkNotification,
  checkRaw,
  checkType,
  failed,
  loneSurrogate,
  misused,
  notText,
  refused,
  replyLimit,
  traceIds,
};

let loaded = false;

/** Returns the core's exports. The first call loads the module. */
export function core(): Exports {
  if (!loaded) {
    load(initSync);
    loaded = true;
  }
  return exported;
}
