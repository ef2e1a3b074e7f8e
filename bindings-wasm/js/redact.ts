// Redacts credentials in errors. A transport's error may hold its request with all headers, and
// console.log shows the cause of an error in full.

/** The most values that are searched. An error with more is treated as if it held the secret. */
const MOST_VALUES = 10_000;

/** The shortest secret that is searched for. A shorter one occurs in texts by chance. */
const SHORTEST_SECRET = 8;

/** Returns `error`, or a redacted copy if it holds the credentials in `authorization`. */
export function redacted(error: unknown, authorization: string): unknown {
  // The error may hold the `x` of `Bearer x` alone.
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

/** Tells whether `error` holds `secret`, or more values than can be searched. */
function holds(error: unknown, secret: string): boolean {
  const values = new Set([error]);
  // The loop also visits the values that it adds.
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
  // These three show more than their members. A stream also has a forEach, but that would read it.
  const kind = Object.prototype.toString.call(value).slice(8, -1);
  if (["Headers", "Map", "Set"].includes(kind)) {
    (value as ReadonlyMap<unknown, unknown>).forEach((item, key) => parts.add(item).add(key));
  }
  if (kind === "Request") parts.add((value as Request).headers);
}
