// The page: three forms, each with its result beside it. What is shown comes from the package's public API; what is typed stays
// in the fields, and in a client that is freed as soon as one of them changes.
import { fillIn } from "./example.js";
import * as fields from "./fields.js";
import { complain, prepare, showDependents, visitAll, visitNone } from "./form.js";
import { curlCommand, headerPairs, requestText, splitResponse } from "./http.js";
import { CHINA, Client, INTERNATIONAL, newTraceId } from "./koodrive.js";
import { showPolicy } from "./policy.js";
import { comparison, refusal, reply, stages } from "./results.js";
import { announce, attempt, block, element, say } from "./view.js";

const at = (id) => document.getElementById(id);
const forms = ["request-form", "compare-form", "response-form"].map(at);
const [requestForm, compareForm, responseForm] = forms;
const given = requestForm.elements;

/** `{ value }` or `{ error }` of what the request's form says. */
let client = {};
let call = {};
/** The clock when the request was built: it stands while something is pasted, or the signature would change meanwhile. */
let clock;

function build() {
  clock = Date.now();
  client.value?.free();
  client = attempt(() => new Client(fields.clientOptions(given)));
  call = attempt(() => fields.call(given));
  showRequest();
  showSignature();
  showResponse();
}

/** What `work` makes of client, call and options, or the first reason why there are none. */
function built(work) {
  const error = client.error ?? call.error;
  return error ? { error } : attempt(() => work(client.value, call.value, fields.options(given, clock)));
}

const explain = (message) => built((client, call, options) => client.explain(call, { ...options, message }));

function showRequest() {
  const { value: request, error } = built((client, call, options) => client.request(call, options));
  complain(requestForm, [client.error, call.error, error]);
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
  const theirs = compareForm.elements.theirs.value;
  const { value: explanation, error } = explain(theirs === "" ? undefined : theirs);
  if (error) {
    // What is wrong with the request as well has been said above.
    const isNews = at("request-result").hasChildNodes();
    at("stages-result").replaceChildren(...(isNews ? [element("p", { className: "hint" }, `No signature: ${error.message}`)] : []));
    at("compare-result").replaceChildren();
    return announce(at("compare-status"), "There is no signature to compare.");
  }
  at("stages-result").replaceChildren(stages(explanation));
  at("compare-result").replaceChildren(...comparison(explanation, "pasted", signWith));
  const { difference, finding } = explanation;
  if (finding === null) return announce(at("compare-status"), "Nothing pasted yet.");
  announce(at("compare-status"), difference ? `Line ${difference.line} differs.` : "No line differs.");
}

function showResponse() {
  const { status, headers, body } = responseForm.elements;
  if (status.value === "" && headers.value === "" && body.value === "") {
    complain(responseForm, []);
    at("response-result").replaceChildren();
    return announce(at("response-status"), "No response yet.");
  }
  const pairs = headerPairs(headers.value);
  const { value, error } = pairs.error ? pairs : read({ status: Number(status.value), headers: pairs.value, body: body.value });
  complain(responseForm, [error]);
  if (value) {
    at("response-result").replaceChildren(...reply(value));
    return announce(at("response-status"), "A reply: the service took the call.");
  }
  if (error.status === undefined) {
    at("response-result").replaceChildren();
    return announce(at("response-status"), `Not read: ${error.message}`);
  }
  const explanation = error.kind === "api" ? explain(error.msg ?? body.value) : undefined;
  at("response-result").replaceChildren(...refusal(error, explanation, signWith));
  announce(at("response-status"), `${error.name}: outcome ${error.outcome}.`);
}

function read(response) {
  return attempt(() => {
    const reader = new Client(fields.readerOptions(given));
    try {
      return reader.parse(fields.readerCall(given), response);
    } finally {
      reader.free();
    }
  });
}

/** A signature can only be compared with one of the same date. */
function signWith(date, section) {
  given.date.value = date;
  build();
  // The button that was pressed is gone.
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

/** After any change of the request's form. */
function refresh() {
  showDependents(requestForm);
  for (const secret of ["appSecret", "token", "authorization"]) given[secret].type = given.showSecrets.checked ? "text" : "password";
  build();
}

/** After a change of everything. */
function renew() {
  for (const form of forms) visitNone(form);
  refresh();
}

showPolicy();
refresh();
at("not-running").remove();
