// Keeps credentials out of errors. What a stand-in for fetch throws may hold its request, headers and all, and console.log
// shows the cause of an error whole.

/** An error that holds more values is not searched to its end. */
const MOST = 10_000;

/**
 * The error itself, or where it holds the credentials that were sent, what may be told of it.
 * @type {(error: any, authorization: string) => unknown}
 */
export function withoutSecret(error, authorization) {
  const part = authorization.slice(authorization.indexOf(" ") + 1);
  // Of `Bearer x` x may stand alone; but if it is short, it stands in every text.
  const secret = part.length < 8 ? authorization : part;
  if (!holds(error, secret)) return error;
  /** @type {(text: unknown) => string} */
  const clean = (text) => `${text}`.replaceAll(secret, "***");
  if (typeof error !== "object") return clean(error);
  const { name, message, code, stack } = error;
  const told = new Error(clean(message));
  for (const [key, value] of [["name", name], ["stack", stack]]) {
    Object.defineProperty(told, key, { value: clean(value), configurable: true, writable: true });
  }
  return typeof code === "string" ? Object.assign(told, { code: clean(code) }) : told;
}

/**
 * True as well where there is too much to search.
 * @type {(error: unknown, secret: string) => boolean}
 */
function holds(error, secret) {
  const values = new Set([error]);
  // What is added is visited, too.
  for (const value of values) {
    if (values.size > MOST) return true;
    if (typeof value === "string" && value.includes(secret)) return true;
    if (typeof value !== "object" || value === null) continue;
    try {
      if (ArrayBuffer.isView(value)) values.add(new TextDecoder().decode(value));
      else collect(value, (part) => values.add(part));
    } catch {
      return true;
    }
  }
  return false;
}

/** @type {(value: any, add: (part: unknown) => void) => void} */
function collect(value, add) {
  for (const key of Reflect.ownKeys(value)) {
    add(key);
    add(Object.getOwnPropertyDescriptor(value, key)?.value);
  }
  // What these show although it is no member of theirs. Only these: a stream has a forEach as well, which reads it.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (["Headers", "Map", "Set"].includes(kind)) value.forEach((/** @type {unknown} */ item, /** @type {unknown} */ key) => (add(item), add(key)));
  if (kind === "Request") add(value.headers);
}
