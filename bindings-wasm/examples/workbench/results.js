// Shows the package's results as elements: the stages of a signature, a comparison, a reply, a
// refusal.
import { firstDifference, markedLine, named } from "./difference.js";
import { block, element, facts } from "./view.js";

/**
 * Returns every stage of a signature in the publisher's order. The line of `difference`, if there
 * is one, is marked.
 */
export function stages({ canonicalRequest, canonicalRequestHash, stringToSign, signature }, difference) {
  const { line, ours } = difference ?? {};
  // A `|` within a value splits a line of the message. Its line numbers may then be larger than
  // ours.
  const marked = canonicalRequest.split("\n")[line - 1] === ours ? line : undefined;
  const all = [
    block("canonical-request", "Canonical request", "the canonical request", canonicalRequest, marked),
    block("canonical-request-hash", "Its SHA-256", "its SHA-256", canonicalRequestHash),
    block("string-to-sign", "String to sign", "the string to sign", stringToSign),
    block("signature-value", "Signature", "the signature", signature),
  ];
  return element("ol", { className: "stages" }, ...all.map((stage) => element("li", {}, stage)));
}

/**
 * Returns the first difference, line and character, between the canonical request of `compared` and
 * the one in its message, which `whose` names.
 *
 * `own` explains the request itself. Without an own X-Date it is compared with the X-Date of the
 * message.
 */
export function comparison(compared, own, whose, signWith) {
  const { difference, finding } = compared;
  if (finding === null) return [];
  const date = xDate(compared);
  const hints = date === xDate(own) ? [] : [element("p", { className: "hint" }, `Compared with the X-Date ${date}, ${whose}.`)];
  if (difference === null) return [element("p", { className: "finding" }, sentence(finding)), ...hints];
  const { part, line, ours, theirs } = difference;
  const first = firstDifference(ours, theirs);
  const side = (name, text) => [element("dt", {}, name), element("dd", { className: "wire" }, ...markedLine(text, first?.at ?? 1))];
  const where = first
    ? `Character ${first.at} is the first that differs. Signed here: ${named(first.ours)}; ${whose}: ${named(first.theirs)}.`
    : "The line is empty on one side; the other one ended before it.";
  const box = element(
    "div",
    { className: "difference" },
    element("h3", {}, `Line ${line}, ${part}`),
    element("dl", {}, ...side("signed here", ours), ...side(whose, theirs)),
    element("p", {}, where),
  );
  const other = otherDate(ours, theirs);
  if (other) {
    const button = element("button", { type: "button" }, `Sign with X-Date ${other}`);
    button.addEventListener("click", () => signWith(other, button.closest("section")));
    box.append(element("p", {}, "Signatures of two dates always differ. Compare one of the same date:"), button);
  }
  return [box, ...hints];
}

const xDate = ({ canonicalRequest }) => /^x-date:(.*)$/m.exec(canonicalRequest)[1];

/** Returns the date of the other side, if the lines that differ are the header with the date. */
function otherDate(ours, theirs) {
  const DATE = /^x-date:(\d{8}T\d{6}Z)$/;
  return DATE.test(ours) ? DATE.exec(theirs)?.[1] : undefined;
}

/**
 * Returns a reply to any of the calls. `data` is that of a space usage, `status` that of a raw
 * call.
 */
export function reply({ status, code, msg, traceId, data }) {
  const values = status === undefined ? {} : { status };
  Object.assign(values, { code, "trace id": traceId, msg });
  if (data) {
    const { totalAllocation, totalCapacity, totalUsed, quota } = data;
    Object.assign(values, { "total allocation, KB": totalAllocation, "total capacity, KB": totalCapacity });
    Object.assign(values, { "total used, KB": totalUsed, "quota, GB": quota });
  }
  return facts(values);
}

/** Returns an error, the finding `found` about the signature, and the checks to make. */
export function refusal(error, found) {
  const { text, checks } = paragraphs(error.message);
  return [
    facts({
      class: error.name,
      kind: error.kind,
      outcome: error.outcome,
      retryable: error.retryable,
      status: error.status,
      code: error.code,
      "request id": error.requestId,
      "trace id": error.traceId,
      "retry after, seconds": error.retryAfter,
      msg: error.msg,
    }),
    ...found,
    ...checks,
    text,
  ];
}

const NUMBERED = /^\d+\. /;

/** Returns the text of an error and, if it has numbered lines, the checks to make. */
function paragraphs(message) {
  const lines = message.split("\n");
  const items = lines.filter((line) => NUMBERED.test(line)).map((line) => element("li", {}, line.replace(NUMBERED, "")));
  const [text, ...rest] = lines.filter((line) => !NUMBERED.test(line));
  const checks = rest.map((line) => element("h3", {}, line));
  if (items.length > 0) checks.push(element("ol", { className: "checks" }, ...items));
  const quoted = element(
    "div",
    { className: "block" },
    element("h3", {}, "The error’s text"),
    element("p", { className: "wrap" }, sentence(text)),
  );
  return { text: quoted, checks };
}

/** Returns `text` as a sentence: the package's texts begin in lower case. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
