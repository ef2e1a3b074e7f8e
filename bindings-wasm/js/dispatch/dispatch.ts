/// <reference lib="esnext.disposable" preserve="true" />
// Turns a client, a source and options into a job.
import type { Call } from "../calls.js";
import { misuse } from "../checks.js";
import { type Client, stateOf } from "../client.js";
import { Dispatch as Job } from "./job.js";
import type { BadItemRule, DispatchOptions } from "./options.js";
import type { BadItem, CallOutcome, Progress } from "./outcome.js";
import { settingsOf } from "./settings.js";
import { itemsOf } from "./source.js";

/** A source of calls, sync or async: an array, a generator, a stream of rows. */
export type Source<Item> = Iterable<Item> | AsyncIterable<Item>;

/** A call with your key for it, as a pair or as an object. The key may be any value but a call. */
export type Keyed<Key, C extends Call = Call> = readonly [key: Key, call: C] | KeyedCall<Key, C>;

/** A call with your key for it. */
export interface KeyedCall<Key, C extends Call = Call> {
  /** Your key for the call. The outcome has it again. */
  readonly key: Key;
  /** The call to send. */
  readonly call: C;
}

/** The values of an iteration: outcomes, and bad items if the options ask for them. */
export type Outcomes<Key, C extends Call, Rule extends BadItemRule> = CallOutcome<Key, C> | (Rule extends "outcome" ? BadItem<Key> : never);

/** `Pair` if it is an array type of any length that contains calls, otherwise never. */
type Widened<Pair extends readonly unknown[]> = number extends Pair["length"]
  ? [Extract<Pair[number], Call>] extends [never]
    ? never
    : Pair
  : never;

/** A job that {@link dispatch} has started. */
export interface Dispatch<Key, C extends Call = Call, Rule extends BadItemRule = "throw">
  extends AsyncIterableIterator<Outcomes<Key, C, Rule>> {
  /** The job's progress now. */
  readonly progress: Progress;

  /**
   * Whether the job has read its source to the end.
   *
   * A cancelled, halted or failed job stops reading before that. Dispatch the calls without an
   * outcome again.
   */
  readonly sourceEnded: boolean;

  /**
   * The number of items that were not calls; see {@link DispatchOptions.onBadItem}.
   * {@link Progress} does not count them.
   */
  readonly badItems: number;

  /**
   * Stops sending and reading. Continue to iterate: the job waits for the requests in flight.
   *
   * A call that was read and not sent comes out as `not_sent`. An item that was not read has no
   * outcome.
   */
  cancel(): void;

  /**
   * Returns the next outcome. After the last one it rejects with the error that ended the job
   * early, if there is one.
   */
  next(): Promise<IteratorResult<Outcomes<Key, C, Rule>, undefined>>;

  /**
   * Returns the outcomes that came after the loop was left, by `break` or an error, each once.
   *
   * So each known outcome reaches you. The list is empty while the job runs, and after a complete
   * loop.
   */
  remaining(): Outcomes<Key, C, Rule>[];

  /**
   * Cancels the job and waits for the requests in flight. {@link Dispatch.remaining} then has their
   * outcomes. Leaving a `for await` loop calls it.
   */
  return(): Promise<IteratorReturnResult<undefined>>;

  /** Returns this job. */
  [Symbol.asyncIterator](): Dispatch<Key, C, Rule>;

  /** Does what {@link Dispatch.return} does, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Sends many calls, each with one outcome: limits the rate, retries where that is safe, renews the
 * token, and survives outages.
 *
 * Iterate over the result. Outcomes come in the order in which they are known. **It changes state**
 * at the service if its calls do.
 *
 * Sending happens inside your `for await` loop: a slow loop body slows the job. When the loop is
 * left, sending stops and the job waits for the requests in flight. {@link Dispatch.remaining}
 * returns their outcomes.
 *
 * @example
 * ```ts
 * for await (const { key, verdict, code } of dispatch(client, [call], { rate: 50 })) {
 *   console.log(key, verdict, code); // → 0 delivered 0
 * }
 * ```
 *
 * @param client - Gives the credentials and shares the learned clock. You may free it at any time:
 * the job has its own copy.
 * @param source - Calls, read as fast as needed. The key of an outcome is the call's position in
 * `source`, from 0. If `source` throws, the job ends: calls already read but not sent come out as
 * `not_sent`, then the error is thrown.
 * @param options - Rate, retries and halts. Times are milliseconds.
 * @throws {@link InvalidInputError} at once for a client of another package, an unknown option, a
 * number out of range. After the outcomes for an item that is not a call.
 * @throws {@link HaltedError} after the outcomes.
 */
export function dispatch<C extends Call, Rule extends BadItemRule = "throw">(
  client: Client,
  source: Source<C>,
  options?: DispatchOptions<Rule, number, C>,
): Dispatch<number, C, Rule>;
/**
 * Sends many calls, each with one outcome: limits the rate, retries where that is safe, renews the
 * token, and survives outages.
 *
 * Iterate over the result. Outcomes come in the order in which they are known. **It changes state**
 * at the service if its calls do.
 *
 * Sending happens inside your `for await` loop: a slow loop body slows the job. When the loop is
 * left, sending stops and the job waits for the requests in flight. {@link Dispatch.remaining}
 * returns their outcomes.
 *
 * @example
 * ```ts
 * const rows = [{ key: "row 1", call }];
 * for await (const { key, verdict, code } of dispatch(client, rows, { rate: 50 })) {
 *   console.log(key, verdict, code); // → row 1 delivered 0
 * }
 * ```
 *
 * @param client - Gives the credentials and shares the learned clock. You may free it at any time:
 * the job has its own copy.
 * @param source - Calls with their keys, as pairs or objects, read as fast as needed. The outcome
 * has the key again. If `source` throws, the job ends: calls already read but not sent come out as
 * `not_sent`, then the error is thrown.
 * @param options - Rate, retries and halts. Times are milliseconds.
 * @throws {@link InvalidInputError} at once for a client of another package, an unknown option, a
 * number out of range. After the outcomes for an item that is not a call.
 * @throws {@link HaltedError} after the outcomes.
 */
export function dispatch<Key, C extends Call, Rule extends BadItemRule = "throw">(
  client: Client,
  source: Source<Keyed<Key, C>>,
  options?: DispatchOptions<Rule, Key, C>,
): Dispatch<Key, C, Rule>;
/**
 * Sends many calls as above, from pairs that TypeScript sees as arrays of any length, such as those
 * of `rows.map((row) => [row.id, call])`.
 *
 * An array that is not a pair of a key and a call is refused when it is read.
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
