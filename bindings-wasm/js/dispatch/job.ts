// A job under way: the driver of the core's dispatcher. It decides which call leaves when and what becomes of it; here the source
// is read, requests travel, and tokens are fetched.
//
// A turn sends what is due, up to the next outcome. Turns are taken while somebody waits for that, and only then: so nothing is sent
// for a user who has gone, and no more is held than the dispatcher holds.
import { Dispatcher } from "koodrive:glue";
import { Deadline } from "../deadline.js";
import { checked, describe, isKooDriveError, text, transportError } from "../errors.js";
import { fixedParts, joined } from "../wire.js";
import { exchange } from "./exchange.js";
import { HaltedError } from "./halted.js";
import { outcome } from "./outcome.js";
import { taken } from "./source.js";

/** @import { ActionName, CallOutcome, HaltFields, OutgoingCall } from "koodrive:glue" */
/** @import { Arguments } from "../calls.js" */
/** @import { Call } from "../index.js" */
/** @import { ClientState } from "../client.js" */
/** @import * as declared from "../dispatch.js" */
/** @import { FixedParts } from "../wire.js" */
/** @import { Settings } from "./settings.js" */
/** @import { Items } from "./source.js" */

/** @type {ActionName[]} */
const ACTIONS = ["send", "outcome", "calls", "token", "halted", "wait", "done"];

export class Dispatch {
  /** @type {Dispatcher} */
  #dispatcher;
  /** The halves of requests that never change, by the methods and paths that all calls of an operation share. @type {Map<string, FixedParts>} */
  #fixed = new Map();
  #settings;
  #items;
  #replyLimit;
  /** Whether the client has no token yet. */
  #lacksToken;
  /** What the dispatcher has not given back, by the numbers that it knows: keys and calls. @type {Map<number, [unknown, Call, Arguments]>} */
  #held = new Map();
  #read = 0;
  /** Calls that were asked for and not read yet. */
  #wanted = 0;
  #isReading = false;
  #sourceEnded = false;
  #cancelled = false;
  #done = false;
  /** The first is thrown when the outcomes are out. @type {unknown[]} */
  #failures = [];
  /** @type {unknown} */
  #whyNoToken;
  /** Of the token function. @type {Deadline | undefined} */
  #asking;
  #wake = () => {};
  /** When all is over. @type {declared.Progress | undefined} */
  #last;
  #run = this.#iterate();

  /** @param {ClientState} state @param {Items} items @param {Settings} settings */
  constructor(state, items, settings) {
    const names = settings.numbers.map(([name]) => name);
    const values = Float64Array.from(settings.numbers, ([, value]) => value);
    const [seed] = crypto.getRandomValues(new BigUint64Array(1));
    this.#dispatcher = checked(() => new Dispatcher(state.core, names, values, seed));
    this.#replyLimit = this.#dispatcher.replyLimit();
    this.#lacksToken = state.token !== undefined;
    this.#settings = settings;
    this.#items = items;
  }

  get progress() {
    return this.#last ?? Object.freeze(this.#dispatcher.progress());
  }

  cancel() {
    if (this.#last) return;
    this.#cancelled = true;
    this.#wanted = 0;
    this.#dispatcher.cancel();
    this.#wake();
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  next() {
    return this.#run.next();
  }

  /** What `break` calls. */
  async return() {
    this.cancel();
    await this.#run.return(undefined);
    // The run has done so, unless it never began.
    this.#end();
    return { done: /** @type {const} */ (true), value: undefined };
  }

  /** @returns {AsyncGenerator<declared.CallOutcome, undefined, undefined>} */
  async *#iterate() {
    const { signal } = this.#settings;
    const cancel = () => this.cancel();
    signal?.addEventListener("abort", cancel);
    try {
      if (signal?.aborted) this.cancel();
      if (this.#lacksToken && !this.#cancelled) this.#renew();
      while (this.#lacksToken && !this.#cancelled) await this.#wait();
      while (!this.#done) {
        const action = this.#turn();
        if (action === "outcome") yield this.#outcome();
        else if (action === "calls") this.#wanted = /** @type {number} */ (this.#dispatcher.calls());
        else if (action === "token") this.#renew();
        else if (action === "halted") await this.#halted();
        else if (action === "done") this.#done = true;
        else if (this.#wanted > 0 && !this.#items.isAsync) this.#readOne();
        else await this.#wait();
        if (this.#wanted > 0 && this.#items.isAsync && !this.#isReading) this.#readAhead();
      }
      if (this.#failures.length > 0) throw this.#failures[0];
    } finally {
      await this.#settle();
      signal?.removeEventListener("abort", cancel);
      this.#end();
    }
  }

  /** Sends what is due. Returns what is to be done then. */
  #turn() {
    for (;;) {
      const action = checked(() => this.#dispatcher.poll(Date.now(), performance.now()));
      if (!ACTIONS.includes(action)) throw new Error(`koodrive: the core names the unknown action ${action}; install the package anew`);
      if (action !== "send") return action;
      this.#send(/** @type {OutgoingCall} */ (this.#dispatcher.outgoing()));
    }
  }

  /** @param {OutgoingCall} outgoing */
  async #send(outgoing) {
    const { ticket, traceId, stringToSign } = outgoing;
    const parts = this.#partsOf(outgoing);
    const varying = stringToSign === undefined ? freed(outgoing) : await this.#signed(outgoing, stringToSign);
    if (varying !== undefined) {
      await exchange(this.#dispatcher, ticket, joined(parts, varying, traceId), this.#settings, this.#replyLimit);
    }
    this.#wake();
  }

  /** @param {OutgoingCall} outgoing @returns {FixedParts} */
  #partsOf({ ticket, fixedTarget }) {
    const known = fixedTarget === undefined ? undefined : this.#fixed.get(fixedTarget);
    if (known) return known;
    const parts = fixedParts(checked(() => this.#dispatcher.fixed(ticket)));
    if (fixedTarget !== undefined) this.#fixed.set(fixedTarget, parts);
    return parts;
  }

  /**
   * Returns what varies of the request, with the signature of the function `sign`; undefined where there is none, and the call
   * then was not sent. After `cancel` nothing leaves any more.
   * @param {OutgoingCall} outgoing @param {string} stringToSign
   */
  async #signed(outgoing, stringToSign) {
    const { ticket } = outgoing;
    const deadline = new Deadline(undefined, this.#settings.timeoutMs);
    try {
      const signature = await deadline.race(Promise.resolve().then(() => this.#settings.sign?.(stringToSign)));
      if (this.#cancelled) throw new Error("the job was cancelled before the request was signed");
      return checked(() => outgoing.signed(typeof signature === "string" ? signature : ""));
    } catch (error) {
      // A wrong signature is a mistake of the program, and the next one would be as wrong.
      if (isKooDriveError(error) && error.kind === "invalid_input") this.#fail(error);
      else outgoing.free();
      checked(() => this.#dispatcher.notSent(ticket, describe(error), Date.now(), performance.now()));
      return undefined;
    } finally {
      deadline.clear();
    }
  }

  #outcome() {
    const found = /** @type {CallOutcome} */ (this.#dispatcher.outcome());
    const { key: number } = found;
    const [key, call, fields] = /** @type {[unknown, Call, Arguments]} */ (this.#held.get(number));
    this.#held.delete(number);
    return outcome(this.#dispatcher, key, call, fields, found);
  }

  /** @param {unknown} item */
  #take(item) {
    const position = this.#read;
    const [key, call, fields] = taken(item, position);
    this.#read++;
    // Nothing can be handed over any more.
    if (this.#last) return;
    // The job may have been cancelled while the call was read; the core then says that it was not sent.
    checked(() => {
      if (fields.fields === undefined) this.#dispatcher.pushNotification(position, ...fields.notification);
      else this.#dispatcher.push(position, fields.name, fields.fields);
    });
    this.#held.set(position, [key, call, fields]);
    this.#wanted--;
  }

  #endOfSource() {
    this.#sourceEnded = true;
    this.#wanted = 0;
    if (!this.#cancelled) this.#dispatcher.finish();
  }

  #readOne() {
    try {
      this.#receive(this.#items.iterator.next());
    } catch (error) {
      this.#broken(error);
    }
  }

  async #readAhead() {
    this.#isReading = true;
    while (this.#wanted > 0) {
      try {
        this.#receive(await this.#items.iterator.next());
      } catch (error) {
        this.#broken(error);
      }
      this.#wake();
    }
    this.#isReading = false;
  }

  /** @param {IteratorResult<unknown>} result */
  #receive({ done, value }) {
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

  /**
   * The source has thrown, and thereby ended.
   * @param {unknown} error
   */
  #broken(error) {
    this.#sourceEnded = true;
    this.#fail(error);
  }

  /** Asks for a token, as long as an exchange may take. */
  async #renew() {
    const deadline = (this.#asking = new Deadline(undefined, this.#settings.timeoutMs));
    try {
      const token = text("token", await deadline.race(Promise.resolve().then(this.#settings.token)));
      if (!this.#last) checked(() => this.#dispatcher.setToken(token, Date.now(), performance.now()));
      this.#lacksToken = false;
    } catch (error) {
      this.#noToken(error);
    } finally {
      deadline.clear();
    }
    this.#wake();
  }

  /**
   * The dispatcher asks again, but for the first and for a mistake of the program.
   * @param {unknown} error
   */
  #noToken(error) {
    if (isKooDriveError(error) && error.kind === "invalid_input") this.#fail(error);
    else if (this.#lacksToken) this.#fail(transportError(false, error, { isSafe: false }));
    else if (!this.#last) {
      this.#whyNoToken = error;
      checked(() => this.#dispatcher.tokenFailed(Date.now(), performance.now()));
    }
  }

  async #halted() {
    const halt = new HaltedError(/** @type {HaltFields} */ (this.#dispatcher.halt()), this.#whyNoToken);
    try {
      if (await this.#settings.onHalt?.(/** @type {any} */ (halt))) this.#dispatcher.resume();
      else this.#fail(halt);
    } catch (error) {
      this.#fail(error);
    }
  }

  /**
   * Ends the job with this, after the outcomes.
   * @param {unknown} error
   */
  #fail(error) {
    this.#failures.push(error);
    this.cancel();
  }

  /** Waits until something was handed in, or until the instant that the dispatcher has named. */
  async #wait() {
    const until = this.#dispatcher.waitUntil();
    let timer;
    await new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
      this.#wake = resolve;
      if (until !== undefined) timer = setTimeout(resolve, Math.max(0, Math.ceil(until - performance.now())));
    });
    this.#wake = () => {};
    clearTimeout(timer);
  }

  /** Waits for what is in flight, and for nothing else. */
  async #settle() {
    if (this.#done) return;
    this.cancel();
    while (!this.#done) {
      const action = this.#turn();
      if (action === "done") this.#done = true;
      else if (action === "wait") await this.#wait();
    }
  }

  #end() {
    if (this.#last) return;
    this.#last = this.progress;
    this.#done = this.#cancelled = true;
    this.#dispatcher.free();
    // Or it would keep the process from its end.
    this.#asking?.clear();
    this.#closeSource();
  }

  /** As a loop that is left does, so that its files are closed. Not awaited: it may wait for an item that never comes. */
  async #closeSource() {
    if (this.#sourceEnded) return;
    try {
      await this.#items.iterator.return?.();
    } catch {
      // The job has ended, and has its own reason.
    }
  }
}

/** @type {(outgoing: OutgoingCall) => string} */
function freed(outgoing) {
  const { request } = outgoing;
  outgoing.free();
  return request;
}

// Not in every host yet; where it is missing, `await using` is as well.
if (Symbol.asyncDispose) {
  Object.assign(Dispatch.prototype, {
    /** @this {Dispatch} */
    async [Symbol.asyncDispose]() {
      await this.return();
    },
  });
}
