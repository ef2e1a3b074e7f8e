// Writes requests and reads responses as text. This file is about HTTP, curl and POSIX shells only.

/** The text in place of a masked value. */
const MASK = "***";

/** The shell variable from which a command takes a masked value. */
const VARIABLE = "KOODRIVE_AUTHORIZATION";

const bytes = (text) => new TextEncoder().encode(text).length;

/** Returns the request as in HTTP/1.1, with the two headers that a transport adds. */
export function requestText({ method, url, headers, body }, masked) {
  const { host, pathname, search } = new URL(url);
  const lines = [`${method} ${pathname}${search} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${masked && isSecret(name) ? MASK : value}`);
  if (body !== undefined) lines.push(`content-length: ${bytes(body)}`);
  else if (needsLength(method)) lines.push("content-length: 0");
  return `${lines.join("\n")}\n\n${body ?? ""}`;
}

/** Returns the command that sends the request unchanged and prints the whole response. */
export function curlCommand({ method, url, headers, body }, masked) {
  const words = [`curl --include --request ${quoted(method)} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    // An unset variable would drop the header. With `:?` the shell stops instead.
    const header = masked && isSecret(name) ? `"${name}: \${${VARIABLE}:?}"` : quoted(`${name}: ${value}`);
    words.push(`--header ${header}`);
  }
  // `--data` would read a file if the text begins with @.
  if (body !== undefined) words.push(`--data-raw ${quoted(body)}`);
  else if (needsLength(method)) words.push(`--header ${quoted("content-length: 0")}`);
  return words.join(" \\\n  ");
}

/**
 * Tells whether a request without a body needs a length of 0. fetch sends it with these methods
 * (Fetch, "HTTP-network-or-cache fetch"), curl does not, and a server may answer 411.
 */
const needsLength = (method) => method === "POST" || method === "PUT";

const isSecret = (name) => name.toLowerCase() === "authorization";

/**
 * Returns `text` as one word of a POSIX shell. Between single quotes only the single quote itself
 * is special.
 */
export const quoted = (text) => (/^[\w.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/**
 * Returns status, headers and body from the output of `curl --include`, or null. Interim answers,
 * such as 100, are skipped.
 */
export function splitResponse(text) {
  const head = /^HTTP\/\d(?:\.\d)? (\d{3})[^\n]*\n?/.exec(text);
  if (!head) return null;
  const rest = text.slice(head[0].length);
  const end = /(?:^|\n)\r?\n/.exec(rest);
  const headers = end ? rest.slice(0, end.index) : rest;
  const body = end ? rest.slice(end.index + end[0].length) : "";
  return splitResponse(body) ?? { status: head[1], headers: headers.trim(), body };
}

/**
 * Returns `{ value }` with name and value of each line, or `{ error }` for a line that is not a
 * header.
 */
export function headerPairs(text) {
  const pairs = [];
  for (const [at, line] of text.split("\n").entries()) {
    const colon = line.indexOf(":");
    if (colon > 0) pairs.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    else if (line.trim() !== "")
      return { error: { field: "headers", message: `headers: line ${at + 1} is not a header; write name: value` } };
  }
  return { value: pairs };
}
