// Where calls come from: anything that can be iterated over, at once or in time.
import { argumentsOf } from "../calls.js";
import { found, misuse, refuse } from "../errors.js";

/** @import { Arguments } from "../calls.js" */
/** @import { Call } from "../index.js" */

/** @typedef {{ isAsync: boolean, iterator: any }} Items */

/** @type {(source: any) => Items} */
export function itemsOf(source) {
  const isAsync = typeof source?.[Symbol.asyncIterator] === "function";
  if (!isAsync && (typeof source === "string" || typeof source?.[Symbol.iterator] !== "function")) {
    refuse("source", `${found(source)} where calls are due; pass an iterable or an async iterable of calls`);
  }
  return { isAsync, iterator: source[isAsync ? Symbol.asyncIterator : Symbol.iterator]() };
}

/**
 * An item's key, its call, and the call as the core takes it. Without a key of its own it has its position.
 * @type {(item: any, position: number) => [key: unknown, call: Call, fields: Arguments]}
 */
export function taken(item, position) {
  const [key, call] = Array.isArray(item) && item.length === 2 ? item : [position, item];
  if (typeof call !== "object" || call === null || Array.isArray(call)) {
    misuse(`the source yields ${found(call)}; yield calls, or pairs of a key and a call`);
  }
  return [key, call, argumentsOf(call)];
}
