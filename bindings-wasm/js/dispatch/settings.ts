// The options of a job, checked at once. The core names and judges those that are numbers.
import { misuse, refuse } from "../errors.js";
import { hostFetch } from "../fetch.js";
import { notANumber, wantFunction, wantNumber, wantSignal } from "../send.js";

/** @import { ClientState } from "../client.js" */
/** @import { DispatchOptions } from "../dispatch.js" */

/** @typedef {ReturnType<typeof settingsOf>} Settings */

/** @param {ClientState} state @param {DispatchOptions} options */
export function settingsOf(state, options) {
  if (typeof options !== "object" || options === null) misuse("dispatch: not an object; pass options or leave them out");
  const { transport = hostFetch(), signal, token = state.token, onHalt, timeoutMs = 30_000, ...numbers } = options;
  wantFunction("transport", transport);
  wantSignal(signal);
  if (token !== undefined) wantFunction("token", token);
  if (onHalt !== undefined) wantFunction("on_halt", onHalt);
  wantNumber("timeout", timeoutMs);
  return { transport, signal, token, sign: state.sign, onHalt, timeoutMs, numbers: numbersOf(numbers, token !== undefined) };
}

/** @type {(numbers: Record<string, unknown>, renewsToken: boolean) => [name: string, value: number][]} */
function numbersOf(options, renewsToken) {
  const numbers = /** @type {[string, number][]} */ ([]);
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    if (name === "renewsToken") misuse("dispatch: unknown option renewsToken; pass token, a function");
    if (typeof value !== "number" && typeof value !== "boolean") refuse(name, notANumber(value));
    numbers.push([name, Number(value)]);
  }
  return [...numbers, ["renewsToken", Number(renewsToken)]];
}
