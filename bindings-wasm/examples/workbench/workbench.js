// The page: three forms, each with its result beside it. Results come from the package's public
// API. Typed values stay in the fields, and in a client that is freed at the next change.
import { fillIn } from "./example.js";
import * as fields from "./fields.js";
import { prepare, setErrors, showDependents, visitAll, visitNone } from "./form.js";
import { curlCommand, headerPairs, requestText, splitResponse } from "./http.js";
import { CHINA, Client, INTERNATIONAL, newTraceId } from "./koodrive.js";
import { showPolicy } from "./policy.js";
import { comparison, refusal, reply, stages } from "./results.js";
import { announce, attempt, block, element, say } from "./view.js";

const at = (id) => document.getElementById(id);
const forms = ["request-form", "compare-form", "response-form"].map(at);
const [requestForm, compareForm, responseForm] = forms;
const given = requestForm.elements;

/** The client of the request's form as `{ value }`, or `{ error }`. */
let client = {};
let call = {};
/**
 * The clock when the request was built. A paste does not read the clock again, so that the
 * signature stays the same.
 */
let clock;

function build() {
  clock = Date.now();
  client.value?.free();
  client = attempt(() => new Client(fields.clientOptions(given)));
  call = fields.call(given);
  showRequest();
  showSignature();
  showResponse();
}

/**
 * Returns `{ value }` of `work(client, call, options)`, or the first `{ error }` among the three.
 */
function built(work) {
  const error = client.error ?? call.error;
  return error ? { error } : attempt(() => work(client.value, call.value, fields.options(given, clock)));
}

const explain = (message) => built((client, call, options) => client.explain(call, { ...options, message }));

function showRequest() {
  const { value: request, error } = built((client, call, options) => client.request(call, options));
  setErrors(requestForm, [client.error, call.error, error]);
  if (error) {
    at("request-result").replaceChildren();
    return announce(at("request-status"), `No request: ${error.message}`);
  }
  const masked = fields.sendsSecret(given) && !given.showSecrets.checked;
  at("request-result").replaceChildren(
    block("http", "HTTP", "the HTTP request", requestText(request, masked)),
    block("curl", "curl, for POSIX shells", "the curl command", curlCommand(request, masked)),
    ...(masked ? [at("masked").content.cloneNode(true)] : []),
  );
  const time = new Date(fields.options(given, clock).now).toISOString();
  announce(at("request-status"), `Built at ${time}, by ${given.now.value === "" ? "this computer’s clock" : "the time given"}.`);
}

function showSignature() {
  const { value: explanation, error } = explain();
  if (error) {
    // An error of the request is already shown above.
    const isNews = at("request-result").hasChildNodes();
    at("stages-result").replaceChildren(...(isNews ? [element("p", { className: "hint" }, `No signature: ${error.message}`)] : []));
    at("compare-result").replaceChildren();
    return announce(at("compare-status"), "There is no signature to compare.");
  }
  const theirs = compareForm.elements.theirs.value;
  const compared = theirs === "" ? explanation : explain(theirs).value;
  at("stages-result").replaceChildren(stages(explanation, compared.difference));
  at("compare-result").replaceChildren(...comparison(compared, explanation, "pasted", signWith));
  const { difference, finding } = compared;
  if (finding === null) return announce(at("compare-status"), "Nothing pasted yet.");
  announce(at("compare-status"), difference ? `Line ${difference.line} differs.` : "No line differs.");
}

function showResponse() {
  const { status, headers, body } = responseForm.elements;
  if (status.value === "" && headers.value === "" && body.value === "") {
    setErrors(responseForm, []);
    at("response-result").replaceChildren();
    return announce(at("response-status"), "No response yet.");
  }
  const pairs = headerPairs(headers.value);
  const { value, error } = pairs.error ? pairs : read({ status: Number(status.value), headers: pairs.value, body: body.value });
  setErrors(responseForm, [error]);
  if (value) {
    at("response-result").replaceChildren(reply(value));
    return announce(at("response-status"), "A success: the service accepted the call.");
  }
  // Other errors are not about a response: the fields hold none.
  if (typeof error.status !== "number") {
    at("response-result").replaceChildren();
    return announce(at("response-status"), `Not read: ${error.message}`);
  }
  at("response-result").replaceChildren(...refusal(error, error.kind === "api" ? found(error.msg ?? body.value) : []));
  announce(at("response-status"), `${error.name}: outcome ${error.outcome}.`);
}

/** Returns the finding about the signature in the service's `message`. */
function found(message) {
  const [own, compared] = [explain(), explain(message)];
  if (own.error) return [element("p", { className: "hint" }, `Signature not compared: ${own.error.message}`)];
  return comparison(compared.value, own.value, "by the service", signWith);
}

/**
 * Returns `{ value }` or `{ error }` of a response. Credentials and values of the call may be
 * missing.
 */
function read(response) {
  const answered = call.value ?? fields.readerCall(given);
  if (client.value) return attempt(() => client.value.parse(answered, response));
  return attempt(() => {
    const reader = new Client(fields.readerOptions(given));
    try {
      return reader.parse(answered, response);
    } finally {
      reader.free();
    }
  });
}

/** Signs the request with `date`, since only signatures of the same date are comparable. */
function signWith(date, section) {
  given.date.value = date;
  build();
  // The pressed button is gone, so the heading takes the focus.
  section.querySelector("h2").focus();
}

for (const [position, url] of [INTERNATIONAL, CHINA].entries()) given.endpoint.add(element("option", { value: url }, url), position);
given.endpoint.selectedIndex = 0;
for (const form of forms) {
  prepare(form);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("paste", ({ target, clipboardData }) => {
    if (target.tagName === "INPUT" && /[\r\n]/.test(clipboardData.getData("text/plain"))) {
      say("The browser leaves line breaks out of this field.");
    }
  });
}

requestForm.addEventListener("input", refresh);
requestForm.addEventListener("submit", () => {
  visitAll(requestForm);
  build();
});
compareForm.addEventListener("input", showSignature);
responseForm.addEventListener("input", showResponse);
responseForm.addEventListener("paste", (event) => {
  const parts = splitResponse(event.clipboardData.getData("text/plain"));
  if (!parts) return;
  event.preventDefault();
  for (const [name, text] of Object.entries(parts)) responseForm.elements[name].value = text;
  showResponse();
  say("The response was split into status, headers and body.");
});
at("new-trace-id").addEventListener("click", () => {
  given.traceId.value = newTraceId();
  build();
});
at("example").addEventListener("click", () => {
  fillIn(...forms);
  renew();
});
at("clear").addEventListener("click", () => {
  for (const form of forms) form.reset();
  renew();
  say("Everything is cleared.");
});

/** Runs after each change in the request's form. */
function refresh() {
  showDependents(requestForm);
  for (const secret of ["appSecret", "token", "authorization"]) given[secret].type = given.showSecrets.checked ? "text" : "password";
  build();
}

/** Runs after a change of all forms. */
function renew() {
  for (const form of forms) visitNone(form);
  refresh();
}

showPolicy();
refresh();
at("not-running").remove();
