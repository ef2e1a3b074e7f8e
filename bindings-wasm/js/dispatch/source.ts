// Where calls come from: anything that can be iterated over, at once or in time.
import { type Arguments, argumentsOf, isIterable } from "../call-arguments.js";
import type { Call } from "../calls.js";
import { found, misuse, refuse } from "../checks.js";

/** What yields calls. */
export type Items =
  | { readonly isAsync: false; readonly iterator: Iterator<unknown, unknown> }
  | { readonly isAsync: true; readonly iterator: AsyncIterator<unknown, unknown> };

/** An item that was read. */
export interface Item {
  readonly key: unknown;
  readonly call: Call;
  readonly fields: Arguments;
}

export function itemsOf(source: unknown): Items {
  if (typeof source === "object" || typeof source === "function") {
    if (source !== null && isAsyncIterable(source)) return { isAsync: true, iterator: source[Symbol.asyncIterator]() };
    if (source !== null && isIterable(source)) return { isAsync: false, iterator: source[Symbol.iterator]() };
  }
  return refuse("source", `${found(source)} where calls are due; pass an iterable or an async iterable of calls`);
}

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> =>
  Symbol.asyncIterator in value && typeof value[Symbol.asyncIterator] === "function";

/** Returns an item's key and call. Without a key of its own it has its position. */
export function itemOf(item: unknown, position: number): Item {
  const [key, call]: readonly unknown[] = Array.isArray(item) && item.length === 2 ? item : [position, item];
  if (typeof call !== "object" || call === null || Array.isArray(call)) {
    misuse(`the source yields ${found(call)}; yield calls, or pairs of a key and a call`);
  }
  const fields = argumentsOf(call);
  // The core has checked that it is one.
  return { key, call: call as Call, fields };
}
