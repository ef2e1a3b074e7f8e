// Decides whether a failed fetch certainly never sent the request. A call that is `not_sent` is
// sent again, so every doubtful case is `outcome_unknown`.
//
// The codes are those of Node (with undici, its fetch) and of Bun. Browsers give no codes.
import { membersOf } from "./checks.js";

/** The errors for which host-fetch.ts knows that nothing was sent. */
export const notSentErrors: WeakSet<object> = new WeakSet();

/** The codes of errors before a connection exists. */
const NOT_SENT_CODES = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_PRX_TLS",
  // These concern the certificate or the TLS handshake. Other ERR_SSL_ codes are missing, since a
  // damaged record later in a connection has one, too.
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
 * The codes of an invalid certificate: CERT_HAS_EXPIRED, UNABLE_TO_VERIFY_LEAF_SIGNATURE,
 * CRL_NOT_YET_VALID …
 */
const CERTIFICATE_CODES = /^(CERT|CRL|UNABLE_TO)_/;

/**
 * The message, without a code, of Node's fetch for a port that the Fetch standard blocks
 * (<https://fetch.spec.whatwg.org/#port-blocking>).
 */
const BLOCKED_PORT = "bad port";

/** The system calls that precede the first write. */
const CONNECTING_SYSCALLS: readonly unknown[] = ["connect", "getaddrinfo"];

/**
 * The messages, of Node, Bun and a proxy, of errors in the connection phase. A connection in use
 * has the same codes with other messages.
 */
const WHILE_CONNECTING = new RegExp(
  [
    "^Client network socket disconnected before secure TLS",
    "^E[A-Z]+: (Unable to connect|Was there a typo|The TLS handshake failed)",
    "^Proxy response \\(\\d+\\) !== 200",
  ].join("|"),
);

/** Tells whether the request whose transport failed with `error` certainly never left. */
export function isNotSent(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  if (notSentErrors.has(error)) return true;
  const { errors, code, syscall, message, cause } = membersOf(error);
  // The host tried several addresses and reports one error for each.
  if (Array.isArray(errors) && errors.length > 0) return errors.every(isNotSent);
  if (message === BLOCKED_PORT) return true;
  if (typeof code !== "string") return isNotSent(cause);
  return (
    NOT_SENT_CODES.has(code) ||
    CERTIFICATE_CODES.test(code) ||
    CONNECTING_SYSCALLS.includes(syscall) ||
    WHILE_CONNECTING.test(String(message))
  );
}
