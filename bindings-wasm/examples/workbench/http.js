// Requests and responses as text. Knows HTTP, curl and POSIX shells, and nothing of KooDrive.

/** Stands for a masked value. */
const MASK = "***";

/** The shell variable from which a command takes a masked value. */
const VARIABLE = "KOODRIVE_AUTHORIZATION";

const bytes = (text) => new TextEncoder().encode(text).length;

/** As HTTP/1.1 carries the request, with the two headers that every transport adds. */
export function requestText({ method, url, headers, body }, masked) {
  const { host, pathname } = new URL(url);
  const lines = [`${method} ${pathname} HTTP/1.1`, `host: ${host}`];
  for (const [name, value] of Object.entries(headers)) lines.push(`${name}: ${masked && isSecret(name) ? MASK : value}`);
  if (body !== undefined) lines.push(`content-length: ${bytes(body)}`);
  return `${lines.join("\n")}\n\n${body ?? ""}`;
}

/** The command that sends the request as it is and prints the whole response. */
export function curlCommand({ method, url, headers, body }, masked) {
  const words = [`curl --include --request ${quoted(method)} ${quoted(url)}`];
  for (const [name, value] of Object.entries(headers)) {
    // An unset variable would leave the header out; `:?` makes the shell stop instead.
    const header = masked && isSecret(name) ? `"${name}: \${${VARIABLE}:?}"` : quoted(`${name}: ${value}`);
    words.push(`--header ${header}`);
  }
  // Not --data, which reads a file where the text begins with @.
  if (body !== undefined) words.push(`--data-raw ${quoted(body)}`);
  return words.join(" \\\n  ");
}

const isSecret = (name) => name.toLowerCase() === "authorization";

/** One word of a POSIX shell. Between single quotes nothing is special but the single quote itself. */
export const quoted = (text) => (/^[\w.:/@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);

/** Status, headers and body of what `curl --include` prints, or null. Interim answers, such as 100, are passed over. */
export function splitResponse(text) {
  const head = /^HTTP\/\d(?:\.\d)? (\d{3})[^\n]*\n?/.exec(text);
  if (!head) return null;
  const rest = text.slice(head[0].length);
  const end = /(?:^|\n)\r?\n/.exec(rest);
  const headers = end ? rest.slice(0, end.index) : rest;
  const body = end ? rest.slice(end.index + end[0].length) : "";
  return splitResponse(body) ?? { status: head[1], headers: headers.trim(), body };
}

/** `{ value }`, name and value of every line, or `{ error }` where a line is no header. */
export function headerPairs(text) {
  const pairs = [];
  for (const [at, line] of text.split("\n").entries()) {
    const colon = line.indexOf(":");
    if (colon > 0) pairs.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
    else if (line.trim() !== "") return { error: { message: `line ${at + 1} is no header; write a name, a colon and a value` } };
  }
  return { value: pairs };
}
