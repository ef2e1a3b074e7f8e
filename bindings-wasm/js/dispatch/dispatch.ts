// Many calls: from a client, a source and options to a job under way.
import { stateOf } from "../client.js";
import { misuse } from "../errors.js";
import { Dispatch } from "./job.js";
import { settingsOf } from "./settings.js";
import { itemsOf } from "./source.js";

/** @import * as declared from "../dispatch.js" */

/** @param {declared.Client} client @param {declared.Source<unknown>} source @param {declared.DispatchOptions} [options] */
export function dispatch(client, source, options = {}) {
  const state = stateOf(client);
  if (!state) {
    misuse("unknown client; create it with the Client that koodrive/dispatch exports, by import or by require alike");
  }
  return new Dispatch(state, itemsOf(source), settingsOf(state, options));
}
