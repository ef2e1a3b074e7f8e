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

// By name: as a whole the glue would drag its asynchronous loader into the bundle. The dispatcher's class is not here, since a
// program without `dispatch` does without it.
const exported = {
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

/** Returns what the core exports; see bindings-wasm/src/lib.rs. */
export function core(): typeof exported {
  if (!loaded) {
    load(initSync);
    loaded = true;
  }
  return exported;
}
