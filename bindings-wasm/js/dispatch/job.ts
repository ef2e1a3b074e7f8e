/// <reference lib="esnext.disposable" />
// Drives the core's dispatcher, which decides when each call is sent and what its outcome is. This
// file reads the source, sends requests and gets tokens.
//
// It acts only while the user waits for the next outcome, and then up to that outcome. So nothing
// is sent for a user who left, and the queue of the dispatcher bounds the memory.
import { type ActionName, Dispatcher, type UnsignedAttempt } from "../../generated/koodrive.js";
import { X_DATE } from "../../generated/names.js";
import { callCore, text } from "../checks.js";
import type { Call } from "../calls.js";
import type { ClientState } from "../client-state.js";
import { Deadline } from "../deadline.js";
import type { SignFunction } from "../credentials.js";
import { joinHalves, type KeptParts, keptParts } from "../encoding.js";
import { isKooDriveError } from "../errors.js";
import type { KooDriveRequest } from "../transport.js";
import type { Dispatch as Declared } from "./dispatch.js";
import { causeOf, exchange } from "./exchange.js";
import { HaltedError } from "./halted.js";
import type { BadItemRule, Outgoing } from "./options.js";
import type { BadItem, CallOutcome, Progress } from "./outcome.js";
import { readOutcome } from "./read-outcome.js";
import type { Settings } from "./settings.js";
import { type Item, itemOf, type Items, partsOfItem } from "./source.js";

type Outcome = CallOutcome | BadItem;

const ACTIONS: readonly ActionName[] = ["send", "outcome", "calls", "token", "halted", "wait", "done"];

/** The class has the name of its public type, which console.log shows. */
export class Dispatch implements Declared<unknown, Call, BadItemRule> {
  readonly #dispatcher: Dispatcher;
  /** The halves of requests that never change. */
  readonly #kept: KeptParts = new Map();
  readonly #settings: Settings;
  readonly #items: Items;
  readonly #replyLimit: number;
  /** Items without an outcome so far, by their positions. */
  readonly #held = new Map<number, Item>();
  #read = 0;
  /** The number of calls that the dispatcher asked for and that are not read yet. */
  #wanted = 0;
  #isReading = false;
  /** Whether the source has ended or thrown. */
  #sourceIsClosed = false;
  #badItems = 0;
  /** Bad items that the user has not seen. */
  readonly #newBadItems: BadItem[] = [];
  #cancelled = false;
  #done = false;
  /** Errors that ended the job. The first one is thrown after the outcomes. */
  readonly #failures: unknown[] = [];
  #whyNoToken: unknown;
  /** The time-out of the token function under way. */
  #asking: Deadline | undefined;
  /** Outcomes that came after the loop had ended. */
  #left: Outcome[] = [];
  #wake: () => void = () => {};
  /** The final progress. Undefined while the job runs. */
  #last: Progress | undefined;
  readonly #run = this.#iterate();

  constructor(state: ClientState, items: Items, settings: Settings) {
    const names = settings.numbers.map(([name]) => name);
    const values = Float64Array.from(settings.numbers, ([, value]) => value);
    const [seed = 0n] = crypto.getRandomValues(new BigUint64Array(1));
    this.#dispatcher = callCore(() => new Dispatcher(state.core, names, values, seed));
    this.#replyLimit = this.#dispatcher.replyLimit();
    this.#settings = settings;
    this.#items = items;
  }

  get progress(): Progress {
    return this.#last ?? Object.freeze(this.#dispatcher.progress());
  }

  get sourceEnded(): boolean {
    return this.progress.sourceEnded;
  }

  get badItems(): number {
    return this.#badItems;
  }

  cancel(): void {
    if (this.#last) return;
    this.#cancelled = true;
    this.#wanted = 0;
    this.#dispatcher.cancel();
    this.#wake();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Outcome, undefined>> {
    return this.#run.next();
  }

  remaining(): Outcome[] {
    const left = this.#left;
    this.#left = [];
    return left;
  }

  /** Ends the job; `break` calls it. */
  async return(): Promise<IteratorReturnResult<undefined>> {
    this.cancel();
    await this.#run.return(undefined);
    // The generator has done so unless it never started.
    this.#end();
    return { done: true, value: undefined };
  }

  async *#iterate(): AsyncGenerator<Outcome, undefined, undefined> {
    const { signal } = this.#settings;
    const cancel = () => this.cancel();
    signal?.addEventListener("abort", cancel);
    try {
      if (signal?.aborted) this.cancel();
      while (!this.#done) {
        const badItem = this.#newBadItems.shift();
        const action = badItem ? undefined : this.#turn();
        if (badItem) yield badItem;
        else if (action === "outcome") yield this.#outcome();
        else if (action === "calls") this.#wanted = required(this.#dispatcher.calls());
        else if (action === "token") this.#renew();
        else if (action === "halted") await this.#halted();
        else if (action === "done") this.#done = true;
        else if (this.#wanted > 0 && !this.#items.isAsync) this.#readOne(this.#items.iterator);
        else await this.#wait();
        if (this.#wanted > 0 && this.#items.isAsync && !this.#isReading) void this.#readAhead();
      }
      if (this.#failures.length > 0) throw this.#failures[0];
    } finally {
      await this.#drain();
      signal?.removeEventListener("abort", cancel);
      this.#end();
    }
  }

  /** Sends the requests that are due. Returns the dispatcher's next action. */
  #turn(): Exclude<ActionName, "send"> {
    for (;;) {
      const action = callCore(() => this.#dispatcher.poll(Date.now(), performance.now()));
      if (!ACTIONS.includes(action)) throw new Error(`koodrive: the core names the unknown action ${action}; install the package anew`);
      if (action !== "send") return action;
      void this.#send();
    }
  }

  /** Sends the attempt that poll named. All getters are read before the next poll changes them. */
  async #send(): Promise<void> {
    const dispatcher = this.#dispatcher;
    const { sign, beforeSend } = this.#settings;
    const ticket = required(dispatcher.outgoingTicket);
    const traceId = required(dispatcher.outgoingTraceId);
    const item = required(this.#held.get(required(dispatcher.outgoingKey)));
    const attempt = beforeSend ? required(dispatcher.outgoingAttempt) : 0;
    const parts = keptParts(this.#kept, item.fields, () => dispatcher.fixed(ticket));
    const varying = sign ? await this.#signed(ticket, required(dispatcher.takeUnsigned()), sign) : required(dispatcher.takeRequest());
    if (varying !== undefined) {
      const request = joinHalves(parts, varying, traceId);
      const mayLeave = !beforeSend || (await this.#mayLeave(ticket, outgoingOf(item, attempt, traceId, request), beforeSend));
      if (mayLeave) await exchange(dispatcher, { ticket, operation: parts.name, request, traceId }, this.#settings, this.#replyLimit);
    }
    this.#wake();
  }

  /**
   * Waits for `beforeSend`. Returns false if it throws, or after `cancel`; the call then was not
   * sent.
   */
  async #mayLeave(ticket: number, outgoing: Outgoing, beforeSend: (outgoing: Outgoing) => unknown): Promise<boolean> {
    try {
      await beforeSend(outgoing);
      if (!this.#cancelled) return true;
      this.#withdraw(ticket, "the job was cancelled before the request left");
    } catch (error) {
      this.#fail(error);
      this.#withdraw(ticket, causeOf(error));
    }
    return false;
  }

  #withdraw(ticket: number, cause: string): void {
    callCore(() => this.#dispatcher.withdraw(ticket, cause, Date.now(), performance.now()));
  }

  /**
   * Returns the half of the request that varies, signed by `sign`. Returns undefined if there is no
   * signature.
   *
   * Without a signature, and after `cancel`, the request does not leave.
   */
  async #signed(ticket: number, unsigned: UnsignedAttempt, sign: SignFunction): Promise<string | undefined> {
    const stringToSign = required(unsigned.stringToSign);
    const deadline = new Deadline(undefined, this.#settings.timeoutMs);
    try {
      const signature: unknown = await deadline.race(Promise.resolve().then(() => sign(stringToSign)));
      if (this.#cancelled) throw new Error("the job was cancelled before the request was signed");
      return callCore(() => unsigned.signed(typeof signature === "string" ? signature : ""));
    } catch (error) {
      // A wrong signature is a mistake of the program. The next signature would be wrong, too.
      if (isKooDriveError(error) && error.kind === "invalid_input") this.#fail(error);
      else unsigned.free();
      const cause = causeOf(error);
      if (this.#cancelled) this.#withdraw(ticket, cause);
      else callCore(() => this.#dispatcher.notSent(ticket, cause, Date.now(), performance.now()));
      return undefined;
    } finally {
      deadline.clear();
    }
  }

  #outcome(): CallOutcome {
    const number = required(this.#dispatcher.outcomeKey);
    const item = required(this.#held.get(number));
    this.#held.delete(number);
    return readOutcome(this.#dispatcher, item);
  }

  #take(value: unknown): void {
    const position = this.#read++;
    // The dispatcher takes no calls after the end.
    if (this.#last) return;
    const parts = partsOfItem(value, position);
    try {
      this.#push(position, itemOf(parts));
    } catch (error) {
      if (this.#settings.onBadItem === "throw" || !isKooDriveError(error) || error.kind !== "invalid_input") throw error;
      this.#badItems++;
      this.#newBadItems.push(Object.freeze({ verdict: "bad_item", key: parts.key, item: value, error } as const));
    }
  }

  #push(position: number, item: Item): void {
    const { fields } = item;
    // If the job was cancelled during the read, the core gives this call the outcome `not_sent`.
    callCore(() => {
      if (fields.notification) this.#dispatcher.pushNotification(position, ...fields.notification);
      else if (fields.raw) this.#dispatcher.pushRaw(position, ...fields.raw);
      else this.#dispatcher.push(position, fields.name, fields.fields);
    });
    this.#held.set(position, item);
    this.#wanted--;
  }

  #endOfSource(): void {
    this.#sourceIsClosed = true;
    this.#wanted = 0;
    if (!this.#last) this.#dispatcher.finish();
  }

  #readOne(iterator: Iterator<unknown, unknown>): void {
    try {
      this.#receive(iterator.next());
    } catch (error) {
      this.#broken(error);
    }
  }

  async #readAhead(): Promise<void> {
    this.#isReading = true;
    // The user sees a bad item before the next item is read.
    while (this.#wanted > 0 && this.#newBadItems.length === 0) {
      try {
        this.#receive(await this.#items.iterator.next());
      } catch (error) {
        this.#broken(error);
      }
      this.#wake();
    }
    this.#isReading = false;
  }

  #receive({ done, value }: IteratorResult<unknown, unknown>): void {
    if (done) {
      this.#endOfSource();
      return;
    }
    try {
      this.#take(value);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the job with the error that the source threw. */
  #broken(error: unknown): void {
    this.#sourceIsClosed = true;
    this.#fail(error);
  }

  /** Gets a token. The time-out is that of an exchange. */
  async #renew(): Promise<void> {
    const deadline = (this.#asking = new Deadline(undefined, this.#settings.timeoutMs));
    try {
      this.#receiveToken(await deadline.race<unknown>(Promise.resolve().then(this.#settings.token)));
    } catch (error) {
      this.#noToken(error);
    } finally {
      deadline.clear();
    }
    this.#wake();
  }

  #receiveToken(given: unknown): void {
    if (typeof given !== "string") {
      try {
        text("token", given);
      } catch (error) {
        // A value that is not text is a mistake of the program.
        this.#fail(error);
      }
      return;
    }
    // An invalid text may be the first half of a token, from a file that is being written. The
    // dispatcher asks again.
    if (!this.#last) callCore(() => this.#dispatcher.setToken(given, Date.now(), performance.now()));
  }

  /** Reports that the token function threw `error`. The dispatcher asks again. */
  #noToken(error: unknown): void {
    if (this.#last) return;
    this.#whyNoToken = error;
    callCore(() => this.#dispatcher.tokenFailed(Date.now(), performance.now()));
  }

  async #halted(): Promise<void> {
    const halt = HaltedError.of(required(this.#dispatcher.halt()), this.#whyNoToken);
    try {
      if (await this.#settings.onHalt?.(halt)) this.#dispatcher.resume();
      else this.#fail(halt);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Ends the job with `error`, which is thrown after the outcomes. */
  #fail(error: unknown): void {
    this.#failures.push(error);
    this.cancel();
  }

  /** Waits until a result is handed in, or until the instant that the dispatcher named. */
  async #wait(): Promise<void> {
    const until = this.#dispatcher.waitUntil();
    let timer: ReturnType<typeof setTimeout> | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (until !== undefined) timer = setTimeout(resolve, Math.max(0, Math.ceil(until - performance.now())));
    });
    this.#wake = () => {};
    clearTimeout(timer);
  }

  /** Cancels the job and waits for the requests in flight. */
  async #drain(): Promise<void> {
    if (this.#done) return;
    this.cancel();
    while (!this.#done) {
      const action = this.#turn();
      if (action === "done") this.#done = true;
      else if (action === "outcome") this.#left.push(this.#outcome());
      else if (action === "wait") await this.#wait();
    }
    this.#left.push(...this.#newBadItems.splice(0));
  }

  #end(): void {
    if (this.#last) return;
    this.#last = this.progress;
    this.#done = this.#cancelled = true;
    this.#dispatcher.free();
    // Its timer would keep the process alive.
    this.#asking?.clear();
    void this.#closeSource();
  }

  /**
   * Closes the source, and thereby its files, as a `for await` loop does when it is left.
   *
   * Callers do not await it, since the source may wait for an item that never comes.
   */
  async #closeSource(): Promise<void> {
    if (this.#sourceIsClosed) return;
    try {
      await this.#items.iterator.return?.();
    } catch {
      // The job already has its own reason for ending.
    }
  }
}

/** Returns `value`, which the core provides after each action that it names. */
function required<T>(value: T | undefined): T {
  if (value === undefined) throw new Error("koodrive: the core gives nothing for the action that it named; install the package anew");
  return value;
}

/** Returns the argument of `beforeSend`. */
function outgoingOf({ key, call }: Item, attempt: number, traceId: string, { headers }: KooDriveRequest): Outgoing {
  // Every request has this header.
  return Object.freeze({ key, call, attempt, traceId, xDate: headers[X_DATE] ?? "" });
}

/** Declares the method for `await using`. */
export interface Dispatch {
  [Symbol.asyncDispose](): Promise<void>;
}

// A host without the symbol has no `await using` either.
if (Symbol.asyncDispose) {
  Object.assign(Dispatch.prototype, {
    async [Symbol.asyncDispose](this: Dispatch): Promise<void> {
      await this.return();
    },
  });
}
