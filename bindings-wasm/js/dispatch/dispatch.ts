/// <reference lib="esnext.disposable" preserve="true" />
// Many calls: from a client, a source and options to a job under way.
import type { Call } from "../calls.js";
import { misuse } from "../checks.js";
import { type Client, stateOf } from "../client.js";
import { Dispatch as Job } from "./job.js";
import type { BadItemRule, DispatchOptions } from "./options.js";
import type { BadItem, CallOutcome, Progress } from "./outcome.js";
import { settingsOf } from "./settings.js";
import { itemsOf } from "./source.js";

/** A source of calls, synchronous or asynchronous: an array, a generator, a stream of rows. */
export type Source<Item> = Iterable<Item> | AsyncIterable<Item>;

/** A call, and what you know it by: a pair, or an object. The key is anything but a call. */
export type Keyed<Key, C extends Call = Call> = readonly [key: Key, call: C] | KeyedCall<Key, C>;

/** A call, and what you know it by. */
export interface KeyedCall<Key, C extends Call = Call> {
  /** Comes back with the outcome. */
  readonly key: Key;
  /** The call to send. */
  readonly call: C;
}

/** The values of an iteration: outcomes, and bad items if they are asked for. */
export type Outcomes<Key, C extends Call, Rule extends BadItemRule> = CallOutcome<Key, C> | (Rule extends "outcome" ? BadItem<Key> : never);

/** An array of any length that holds calls; a tuple of another length than two is none. */
type Widened<Pair extends readonly unknown[]> = number extends Pair["length"]
  ? [Extract<Pair[number], Call>] extends [never]
    ? never
    : Pair
  : never;

/** A job under way: what {@link dispatch} returns. */
export interface Dispatch<Key, C extends Call = Call, Rule extends BadItemRule = "throw">
  extends AsyncIterableIterator<Outcomes<Key, C, Rule>> {
  /** How far it is. */
  readonly progress: Progress;

  /**
   * Whether the source was read to its end. Where it was not, after {@link Dispatch.cancel}, a halt
   * or an error, the calls that were not read have no outcome: go on with those that have none.
   */
  readonly sourceEnded: boolean;

  /**
   * How many items of the source were no calls: see {@link DispatchOptions.onBadItem}.
   * {@link Progress} does not count them.
   */
  readonly badItems: number;

  /**
   * Sends nothing more. Iterate on: what is in flight is awaited, and calls that were read and did
   * not leave come out as `not_sent`. Reads no more from the source. Items that were not read have
   * no outcome.
   */
  cancel(): void;

  /** The next outcome. Rejects with what ended the job early, when the outcomes are out. */
  next(): Promise<IteratorResult<Outcomes<Key, C, Rule>, undefined>>;

  /**
   * Returns the outcomes that came after the loop was left, by `break` or because its body threw,
   * each once: what is known is never lost. Empty while the job is under way, and after a loop that
   * went to its end.
   */
  remaining(): Outcomes<Key, C, Rule>[];

  /**
   * Cancels, and waits for what is in flight; {@link Dispatch.remaining} has the outcomes. Leaving
   * a `for await` does it.
   */
  return(): Promise<IteratorReturnResult<undefined>>;

  /** Itself. */
  [Symbol.asyncIterator](): Dispatch<Key, C, Rule>;

  /** As {@link Dispatch.return}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Sends many calls: paced, repeated where that is safe, through rate limits, outages and the end of
 * a token. Iterate over it: each call has one outcome, in the order in which they are known. **It
 * changes state** at the service where its calls do.
 *
 * Sending happens inside your `for await` loop: a slow loop body slows the job. Leaving the loop
 * sends nothing more and waits for what is in flight; {@link Dispatch.remaining} then has the
 * outcomes that the loop has not seen.
 *
 * @example
 * ```ts
 * for await (const { key, verdict, code } of dispatch(client, [call], { rate: 50 })) {
 *   console.log(key, verdict, code); // → 0 delivered 0
 * }
 * ```
 *
 * @param client - Whose credentials are used, and whose clock is corrected. Free it when you like:
 * the job has its own copy.
 * @param source - Calls, read as fast as needed. A call's position in it, from 0, comes back with
 * the outcome as its key. If the source throws, the job ends: calls that were read and not sent
 * come out as `not_sent`, then the error is thrown.
 * @param options - Pace, repeats and halts; times are milliseconds.
 * @throws {@link InvalidInputError} at once, for a client of another package, an unknown option, a
 * number out of range; when the outcomes are out, for an item that is not a call.
 * @throws {@link HaltedError} when the outcomes are out.
 */
export function dispatch<C extends Call, Rule extends BadItemRule = "throw">(
  client: Client,
  source: Source<C>,
  options?: DispatchOptions<Rule, number, C>,
): Dispatch<number, C, Rule>;
/**
 * Sends many calls: paced, repeated where that is safe, through rate limits, outages and the end of
 * a token. Iterate over it: each call has one outcome, in the order in which they are known. **It
 * changes state** at the service where its calls do.
 *
 * Sending happens inside your `for await` loop: a slow loop body slows the job. Leaving the loop
 * sends nothing more and waits for what is in flight; {@link Dispatch.remaining} then has the
 * outcomes that the loop has not seen.
 *
 * @example
 * ```ts
 * for await (const { key, verdict, code } of dispatch(client, [{ key: "row 1", call }], { rate: 50 })) {
 *   console.log(key, verdict, code); // → row 1 delivered 0
 * }
 * ```
 *
 * @param client - Whose credentials are used, and whose clock is corrected. Free it when you like:
 * the job has its own copy.
 * @param source - Calls with their keys, as pairs or as objects, read as fast as needed. The key
 * comes back with the outcome. If the source throws, the job ends: calls that were read and not
 * sent come out as `not_sent`, then the error is thrown.
 * @param options - Pace, repeats and halts; times are milliseconds.
 * @throws {@link InvalidInputError} at once, for a client of another package, an unknown option, a
 * number out of range; when the outcomes are out, for an item that is not a call.
 * @throws {@link HaltedError} when the outcomes are out.
 */
export function dispatch<Key, C extends Call, Rule extends BadItemRule = "throw">(
  client: Client,
  source: Source<Keyed<Key, C>>,
  options?: DispatchOptions<Rule, Key, C>,
): Dispatch<Key, C, Rule>;
/**
 * The same for pairs that TypeScript takes for arrays of any length, as those of
 * `rows.map((row) => [row.id, call])`. An array that is no pair of a key and a call is refused when
 * it is read.
 *
 * @param client - As above.
 * @param source - As above.
 * @param options - As above.
 */
export function dispatch<Pair extends readonly unknown[] | readonly [], Rule extends BadItemRule = "throw">(
  client: Client,
  source: Source<Widened<Pair>>,
  options?: DispatchOptions<Rule, Exclude<Pair[number], Call>, Extract<Pair[number], Call>>,
): Dispatch<Exclude<Pair[number], Call>, Extract<Pair[number], Call>, Rule>;
export function dispatch(client: unknown, source: unknown, options: object = {}): unknown {
  const state = stateOf(client);
  if (!state) misuse("unknown client; create it with the Client that koodrive exports, by import or by require alike");
  return new Job(state, itemsOf(source), settingsOf(state, options));
}
