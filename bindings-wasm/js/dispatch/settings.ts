// Checks the options of a job at its start. The core knows the names and ranges of the numbers.
import { checkFunction, checkSignal, checkTimeout, misuse, notANumber, refuse } from "../checks.js";
import type { ClientState } from "../client-state.js";
import type { SignFunction, TokenFunction } from "../credentials.js";
import { hostFetch } from "../host-fetch.js";
import { DEFAULT_TIMEOUT_MS } from "../send.js";
import type { Fetch, Signal } from "../transport.js";
import type { BadItemRule, DispatchOptions } from "./options.js";

/** The options of a job, checked and complete. */
export interface Settings {
  readonly transport: Fetch;
  readonly signal: Signal | undefined;
  readonly token: TokenFunction | undefined;
  readonly sign: SignFunction | undefined;
  readonly onHalt: DispatchOptions["onHalt"];
  readonly beforeSend: DispatchOptions["beforeSend"];
  readonly onExchange: DispatchOptions["onExchange"];
  readonly onBadItem: BadItemRule;
  readonly timeoutMs: number;
  /** The numbers for the core. */
  readonly numbers: readonly NamedNumber[];
}

type NamedNumber = readonly [name: string, value: number];

export function settingsOf(state: ClientState, options: DispatchOptions<BadItemRule>): Settings {
  if (typeof options !== "object" || options === null) misuse("dispatch: not an object; pass options or leave them out");
  const {
    transport = hostFetch(),
    signal,
    token = state.token,
    onHalt,
    beforeSend,
    onExchange,
    onBadItem = "throw",
    timeoutMs = DEFAULT_TIMEOUT_MS,
    ...numbers
  } = options;
  checkFunction("transport", transport);
  checkSignal(signal);
  if (token !== undefined) checkFunction("token", token);
  if (onHalt !== undefined) checkFunction("on_halt", onHalt);
  if (beforeSend !== undefined) checkFunction("before_send", beforeSend);
  if (onExchange !== undefined) checkFunction("on_exchange", onExchange);
  if (onBadItem !== "throw" && onBadItem !== "outcome") refuse("on_bad_item", 'unknown; pass "throw" or "outcome"');
  checkTimeout(timeoutMs);
  return {
    transport,
    signal,
    token,
    sign: state.sign,
    onHalt,
    beforeSend,
    onExchange,
    onBadItem,
    timeoutMs,
    numbers: numbersOf(numbers, token !== undefined),
  };
}

function numbersOf(options: object, renewsToken: boolean): NamedNumber[] {
  const numbers: NamedNumber[] = [];
  for (const [name, value] of Object.entries<unknown>({ ...options })) {
    if (value === undefined) continue;
    if (name === "renewsToken") misuse("dispatch: unknown option renewsToken; pass token, a function");
    if (typeof value !== "number" && typeof value !== "boolean") refuse(name, notANumber(value));
    numbers.push([name, Number(value)]);
  }
  return [...numbers, ["renewsToken", Number(renewsToken)]];
}
