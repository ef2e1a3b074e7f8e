// What the package found, as elements: the stages of a signature, a comparison, a reply, a refusal.
import { firstDifference, markedLine, named } from "./difference.js";
import { block, element, facts } from "./view.js";

/** Every stage of a signature, in the publisher's order. */
export function stages(explanation) {
  const { canonicalRequest, canonicalRequestHash, stringToSign, signature, difference } = explanation;
  const { line, ours } = difference ?? {};
  // Where a value holds a `|`, a message falls into more lines than the canonical request has.
  const marked = canonicalRequest.split("\n")[line - 1] === ours ? line : undefined;
  const all = [
    block("canonical-request", "Canonical request", "the canonical request", canonicalRequest, marked),
    block("canonical-request-hash", "Its SHA-256", "its SHA-256", canonicalRequestHash),
    block("string-to-sign", "String to sign", "the string to sign", stringToSign),
    block("signature-value", "Signature", "the signature", signature),
  ];
  return element("ol", { className: "stages" }, ...all.map((stage) => element("li", {}, stage)));
}

/** The first difference between the request's signature and another one, line and character. `whose` names the other. */
export function comparison(explanation, whose, signWith) {
  const { difference, finding } = explanation;
  if (finding === null) return [];
  if (difference === null) return [element("p", { className: "finding" }, sentence(finding))];
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
  const date = otherDate(ours, theirs);
  if (date) {
    const button = element("button", { type: "button" }, `Sign with X-Date ${date}`);
    button.addEventListener("click", () => signWith(date, button.closest("section")));
    box.append(element("p", {}, "Signatures of two dates always differ. Compare one of the same date:"), button);
  }
  return [box];
}

/** The date of the other side, where the two lines that differ are the header with the date. */
function otherDate(ours, theirs) {
  const DATE = /^x-date:(\d{8}T\d{6}Z)$/;
  return DATE.test(ours) ? DATE.exec(theirs)?.[1] : undefined;
}

/** A reply to either call. */
export function reply({ code, msg, traceId, policyList }) {
  const shown = [facts({ code, "trace id": traceId, msg })];
  if (policyList) shown.push(policies(policyList));
  return shown;
}

function policies(list) {
  const columns = ["policyId", "policyName", "description", "priority", "status"];
  const row = (cells) => element("tr", {}, ...cells);
  const head = row(columns.map((name) => element("th", { scope: "col" }, name)));
  const body = list.map((policy) => row(columns.map((name) => element("td", {}, policy[name] === null ? "none" : String(policy[name])))));
  const caption = element("caption", {}, `policyList: ${list.length}`);
  const table = element("table", {}, caption, element("thead", {}, head), element("tbody", {}, ...body));
  // Reached by keyboard, since it scrolls where it is too wide.
  return element("div", { className: "wide", tabIndex: 0, role: "region", "aria-label": "policyList" }, table);
}

/** An error, what the service's message says about the signature, and what to check. */
export function refusal(error, explanation, signWith) {
  const { msg } = error;
  const { text, checks } = paragraphs(error.message);
  const found = explanation?.value
    ? comparison(explanation.value, "by the service", signWith)
    : explanation
      ? [element("p", { className: "hint" }, `Signature not compared: ${explanation.error.message}`)]
      : [];
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
      msg,
    }),
    ...found,
    ...checks,
    text,
  ];
}

const NUMBERED = /^\d+\. /;

/** An error's text and, where it goes on with numbered lines, what to check. */
function paragraphs(message) {
  const lines = message.split("\n");
  const items = lines.filter((line) => NUMBERED.test(line)).map((line) => element("li", {}, sentence(line.replace(NUMBERED, ""))));
  const [text, ...rest] = lines.filter((line) => !NUMBERED.test(line));
  const checks = rest.map((line) => element("h3", {}, line));
  if (items.length > 0) checks.push(element("ol", { className: "checks" }, ...items));
  const quoted = element("div", { className: "block" }, element("h3", {}, "The error’s text"), element("p", { className: "wrap" }, sentence(text)));
  return { text: quoted, checks };
}

/** The package's texts begin in lower case, as is due inside of a sentence. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);
