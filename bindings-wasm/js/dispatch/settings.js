// The options of a job, checked at once. Numbers of the policy are the core's to name and to judge.
import { found, refuse } from "../errors.js";
import { hostFetch } from "../fetch.js";
import { wantFunction, wantNumber, wantSignal } from "../send.js";

/** @import { ClientState } from "../client.js" */
/** @import { DispatchOptions } from "../dispatch.js" */

/** @typedef {ReturnType<typeof settingsOf>} Settings */

/** @param {ClientState} state @param {DispatchOptions} options */
export function settingsOf(state, options) {
  if (typeof options !== "object" || options === null) refuse("the options of dispatch must be an object", "leave it out or give one");
  const { transport = hostFetch(), signal, token = state.token, onHalt, timeoutMs = 30_000, ...numbers } = options;
  wantFunction("transport", transport);
  wantSignal(signal);
  if (token !== undefined) wantFunction("token", token);
  if (onHalt !== undefined) wantFunction("onHalt", onHalt);
  wantNumber("timeoutMs", timeoutMs);
  return { transport, signal, token, onHalt, timeoutMs, policy: policyOf(numbers, token !== undefined) };
}

/** @type {(numbers: Record<string, unknown>, renewsToken: boolean) => [name: string, value: number][]} */
function policyOf(numbers, renewsToken) {
  const policy = /** @type {[string, number][]} */ ([]);
  for (const [name, value] of Object.entries(numbers)) {
    if (value === undefined) continue;
    if (/^renews_?token$/i.test(name)) refuse(`${name} is no option`, "give token, a function, and it is so");
    if (typeof value !== "number" && typeof value !== "boolean") refuse(`${name} is ${found(value)}`, "give a number; times are seconds");
    policy.push([name, Number(value)]);
  }
  return [...policy, ["renewsToken", Number(renewsToken)]];
}
