// Decides whether a failed fetch surely never sent the request. A call that is `not_sent` is sent
// again, so everything that is not certain is `outcome_unknown`. Browsers tell nothing; these are
// the codes of Node (and of undici, its fetch) and of Bun.
import { membersOf } from "./checks.js";

/** Errors of which host-fetch.ts knows that nothing was sent. */
export const notSentErrors: WeakSet<object> = new WeakSet();

/** No connection was made. */
const ALWAYS = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_PRX_TLS",
  // TLS: the server's certificate or the handshake. Not every ERR_SSL_ code: a record that is
  // damaged later has one as well.
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "PATH_LENGTH_EXCEEDED",
  "ERR_TLS_CERT_ALTNAME_INVALID",
  "ERR_TLS_CERT_ALTNAME_FORMAT",
  "ERR_TLS_HANDSHAKE_TIMEOUT",
  "ERR_TLS_INVALID_PROTOCOL_VERSION",
  "ERR_TLS_PROTOCOL_VERSION_CONFLICT",
  "ERR_SSL_WRONG_VERSION_NUMBER",
  "ERR_SSL_NO_PROTOCOLS_AVAILABLE",
  "ERR_SSL_UNSUPPORTED_PROTOCOL",
  "ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE",
  "ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION",
  "ERR_SSL_TLSV1_UNRECOGNIZED_NAME",
]);

/**
 * A certificate that did not verify: CERT_HAS_EXPIRED, UNABLE_TO_VERIFY_LEAF_SIGNATURE,
 * CRL_NOT_YET_VALID …
 */
const CERTIFICATE = /^(CERT|CRL|UNABLE_TO)_/;

/**
 * The message of Node's fetch for a port that the Fetch standard blocks
 * (<https://fetch.spec.whatwg.org/#port-blocking>); it has no code.
 */
const BLOCKED_PORT = "bad port";

/** System calls before which nothing is written. */
const CONNECTING: readonly unknown[] = ["connect", "getaddrinfo"];

/**
 * Codes that a connection in use has, too, with a text that it never has: Node's, Bun's, a proxy's
 * refusal of a tunnel.
 */
const WHILE_CONNECTING = new RegExp(
  [
    "^Client network socket disconnected before secure TLS",
    "^E[A-Z]+: (Unable to connect|Was there a typo|The TLS handshake failed)",
    "^Proxy response \\(\\d+\\) !== 200",
  ].join("|"),
);

/** Tells whether the request whose transport failed with `error` surely never left. */
export function isNotSent(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (notSentErrors.has(error)) return true;
  const { errors, code, syscall, message, cause } = membersOf(error);
  // One error per address that was tried.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isNotSent);
  if (message === BLOCKED_PORT) return true;
  if (typeof code !== "string") return isNotSent(cause);
  return ALWAYS.has(code) || CERTIFICATE.test(code) || CONNECTING.includes(syscall) || WHILE_CONNECTING.test(String(message));
}
