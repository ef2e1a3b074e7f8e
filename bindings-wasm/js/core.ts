// Loads the Rust core on first use, so that importing the package costs nothing and no one has to call init().
//
// Should the core ever trap (WebAssembly.RuntimeError; it has no way to panic that we know of), the module's memory cannot be
// trusted any more: restart the process or worker.
import {
  checkCall,
  checkNotification,
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
  readonly checkType: typeof checkType;
  readonly failed: typeof failed;
  readonly loneSurrogate: typeof loneSurrogate;
  readonly misused: typeof misused;
  readonly notText: typeof notText;
  readonly refused: typeof refused;
  readonly replyLimit: typeof replyLimit;
  readonly traceIds: typeof traceIds;
}

// By name: as a whole the glue would drag its asynchronous loader into the bundle. The dispatcher's class is not here, since a
// program without `dispatch` does without it.
const exported: Exports = {
  Core,
  Credentials,
  checkCall,
  checkNotification,
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

/** Returns the core's exports, and loads it where that was not done. */
export function core(): Exports {
  if (!loaded) {
    load(initSync);
    loaded = true;
  }
  return exported;
}
