// Keeps credentials out of errors. The error that a transport throws may hold its request, headers
// and all, and console.log shows the cause of an error whole.

/** An error that holds more values is not searched to its end. */
const MOST_VALUES = 10_000;

/** A shorter secret stands in every text by chance. */
const SHORTEST_SECRET = 8;

/**
 * Returns the error itself, or where it holds the credentials that were sent, a copy without them.
 */
export function redacted(error: unknown, authorization: string): unknown {
  // `x` of `Bearer x` may stand alone.
  const part = authorization.slice(authorization.indexOf(" ") + 1);
  const secret = part.length < SHORTEST_SECRET ? authorization : part;
  if (!holds(error, secret)) return error;
  const clean = (text: unknown) => `${text}`.replaceAll(secret, "***");
  if (typeof error !== "object" || error === null) return clean(error);
  const { name, message, code, stack } = error as { readonly [Member in "name" | "message" | "code" | "stack"]?: unknown };
  const copy = new Error(clean(message));
  for (const [key, value] of [
    ["name", name],
    ["stack", stack],
  ] as const) {
    Object.defineProperty(copy, key, { value: clean(value), configurable: true, writable: true });
  }
  return typeof code === "string" ? Object.assign(copy, { code: clean(code) }) : copy;
}

/** Tells whether `secret` is in `error`; true as well where there is too much to search. */
function holds(error: unknown, secret: string): boolean {
  const values = new Set([error]);
  // Values that are added meanwhile are visited, too.
  for (const value of values) {
    if (values.size > MOST_VALUES) return true;
    if (typeof value === "string" && value.includes(secret)) return true;
    if (typeof value !== "object" || value === null) continue;
    try {
      if (ArrayBuffer.isView(value)) values.add(new TextDecoder().decode(value));
      else collect(value, values);
    } catch {
      return true;
    }
  }
  return false;
}

/** Adds the keys and members of `value` to `parts`. */
function collect(value: object, parts: Set<unknown>): void {
  for (const key of Reflect.ownKeys(value)) {
    parts.add(key);
    parts.add(Object.getOwnPropertyDescriptor(value, key)?.value);
  }
  // Some show more than their members. Only these: a stream has a forEach as well, which reads it.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (["Headers", "Map", "Set"].includes(kind)) {
    (value as ReadonlyMap<unknown, unknown>).forEach((item, key) => parts.add(item).add(key));
  }
  if (kind === "Request") parts.add((value as Request).headers);
}
