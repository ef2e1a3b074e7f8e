// Where calls come from: anything that can be iterated over, at once or in time.
import { argumentsOf } from "../calls.js";
import { found, refuse } from "../errors.js";

/** @import { Arguments } from "../calls.js" */
/** @import { NotifyPackageExpire } from "../dispatch.js" */

/** @typedef {{ isAsync: boolean, iterator: any }} Items */

/** @type {(source: any) => Items} */
export function itemsOf(source) {
  const isAsync = typeof source?.[Symbol.asyncIterator] === "function";
  if (!isAsync && (typeof source === "string" || typeof source?.[Symbol.iterator] !== "function")) {
    refuse(`the source is ${found(source)}`, "give an iterable or an async iterable of calls, such as an array or a generator");
  }
  return { isAsync, iterator: source[isAsync ? Symbol.asyncIterator : Symbol.iterator]() };
}

/**
 * An item's key, its call, and the call as the core takes it. Without a key of its own it has its position.
 * @type {(item: any, position: number) => [key: unknown, call: NotifyPackageExpire, fields: Arguments]}
 */
export function taken(item, position) {
  const [key, call] = Array.isArray(item) && item.length === 2 ? item : [position, item];
  if (typeof call !== "object" || call === null || Array.isArray(call)) {
    refuse(`a source gives an item of type ${typeof call}`, "give calls, or pairs of a key and a call");
  }
  const fields = argumentsOf(call);
  if (fields[0] !== 0) refuse("a source gives another call", "give notifyPackageExpire; the safe call is for Client.send");
  return [key, call, fields];
}
