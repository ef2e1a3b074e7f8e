// Reads the source of calls, which is any iterable or async iterable.
import { type Arguments, argumentsOf, isCall, isIterable } from "../call-arguments.js";
import type { Call } from "../calls.js";
import { typeName, misuse, refuse } from "../checks.js";

/** An iterator over the source. */
export type Items =
  | { readonly isAsync: false; readonly iterator: Iterator<unknown, unknown> }
  | { readonly isAsync: true; readonly iterator: AsyncIterator<unknown, unknown> };

/** An item of the source that is a call, with its key. */
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
  return refuse("source", `${typeName(source)} where calls are due; pass an iterable or an async iterable of calls`);
}

const isAsyncIterable = (value: object): value is AsyncIterable<unknown> =>
  Symbol.asyncIterator in value && typeof value[Symbol.asyncIterator] === "function";

/** The key and the call of an item, both unchecked. */
export interface ItemParts {
  readonly key: unknown;
  readonly call: unknown;
}

/** Returns the key and the call of `item`. Its key defaults to `position`. */
export function partsOfItem(item: unknown, position: number): ItemParts {
  if (Array.isArray(item) && item.length === 2) return { key: item[0], call: item[1] };
  if (typeof item === "object" && item !== null && "key" in item && "call" in item) return { key: item.key, call: item.call };
  return { key: position, call: item };
}

/**
 * Returns the item if its `call` is a call.
 *
 * @throws {@link InvalidInputError} otherwise.
 */
export function itemOf({ key, call }: ItemParts): Item {
  if (typeof call !== "object" || call === null || Array.isArray(call)) {
    misuse(`the source yields ${typeName(call)}; yield calls, or pairs of a key and a call`);
  }
  // The first of two calls in a pair would never be sent.
  if (isCall(key)) misuse("the source yields a pair of two calls; yield them one by one, or each with its key");
  const fields = argumentsOf(call);
  // `argumentsOf` has checked it.
  return { key, call: call as Call, fields };
}
