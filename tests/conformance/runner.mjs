// The conformance vectors through the npm package: one test per case of the JSON files, stage by
// stage.
//
// Runs from a folder that has `koodrive` installed: KOODRIVE_VECTORS names the folder of the
// vectors.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import * as koodrive from "koodrive";

const { Client, isKooDriveError } = koodrive;

const vectors = process.env.KOODRIVE_VECTORS;
const json = (file) => JSON.parse(readFileSync(join(vectors, file), "utf8"));
/** Makes the call with the package's function of the operation's name. */
const make = ({ operation, ...fields }) => {
  const { path } = fields;
  if (typeof path === "object") fields.path = path.repeat.repeat(path.times);
  return koodrive[operation](fields);
};

/** An option as JavaScript spells it; times say that they are milliseconds. */
const spelled = (name) => name.replace(/_(.)/g, (_, letter) => letter.toUpperCase()) + (name === "clock_margin" ? "Ms" : "");
/** A text of the vectors, in which options and times stand in braces. */
const spelledText = (text) =>
  text.replace(/\{([a-z_]+)\}/g, (_, name) => spelled(name)).replace(/\{([\d.]+) s\}/g, (_, seconds) => `${seconds * 1000} ms`);
// The members of `expected`, in the order in which a client gets there, and how a failure names
// them.
const stages = {
  bodySha256: "body hash",
  canonicalRequest: "canonical request",
  stringToSign: "string to sign",
  signature: "signature",
  request: "request",
  reply: "reply",
  error: "error",
};

const files = readdirSync(vectors).filter((file) => file.endsWith(".json") && file !== "index.json");
const counts = {};
for (const file of files) {
  counts[file] = 0;
  for (const { name, given, expected } of json(file).cases) {
    test(name, () => check(given, expected));
    counts[file]++;
  }
}

test("index.json names every file, with its number of cases, and every flagship folder", () => {
  const { cases, flagship } = json("index.json");
  assert.deepEqual(counts, cases);
  assert.deepEqual(readdirSync(join(vectors, "flagship")).sort(), flagship);
});

function check(given, expected) {
  if (expected.error) {
    const { message, field } = expected.error;
    expected = { ...expected, error: { ...expected.error, message: spelledText(message), ...(field && { field: spelled(field) }) } };
  }
  const found = outcome(given);
  for (const [stage, name] of Object.entries(stages)) {
    const at = expected[stage]?.stage ?? found[stage]?.stage;
    assert.deepEqual(found[stage], expected[stage], new Difference(at ? `${name} (${at})` : name, expected[stage], found[stage]));
  }
  assert.deepEqual(Object.keys(found).sort(), Object.keys(expected).sort(), "a stage that this runner does not know");
}

class Difference extends Error {
  constructor(stage, expected, found) {
    super(`${stage} differs\nexpected: ${JSON.stringify(expected)}\n   found: ${JSON.stringify(found)}`);
  }
}

/** Everything that the client makes of a case, in the words of `expected`. */
function outcome({ client: settings, observed, call: fields, options, response }) {
  const found = {};
  let stage = "client";
  try {
    const { clockMarginSeconds, ...others } = settings;
    const margin = clockMarginSeconds === undefined ? {} : { clockMarginMs: clockMarginSeconds * 1000 };
    const client = new Client({ ...others, ...margin });
    if (observed) {
      client.observeClock(observed.headers, new Date(observed.sentAt), new Date(observed.receivedAt));
    }
    stage = "call";
    const call = make(fields);
    stage = "request";
    const { now, date, traceId } = options;
    const dates = { now: new Date(now), date: date && new Date(date) };
    const { redirect, ...request } = client.request(call, { ...dates, traceId });
    assert.equal(redirect, "manual");
    assert.equal(new URL(request.url).href, request.url);
    if (settings.appId !== undefined) {
      const { canonicalRequest, stringToSign, signature } = client.explain(call, dates);
      Object.assign(found, { bodySha256: canonicalRequest.split("\n").at(-1), canonicalRequest, stringToSign, signature });
    }
    found.request = request;
    if (response) {
      stage = "parse";
      const { status, headers, body, bodyHex } = response;
      const bytes = bodyHex === undefined ? body : Buffer.from(bodyHex, "hex");
      found.reply = { ...client.parse(call, { status, headers, body: bytes }) };
    }
  } catch (error) {
    if (!isKooDriveError(error)) throw error;
    found.error = errorJson(stage, error);
  }
  return found;
}

function errorJson(stage, error) {
  const { kind, outcome, retryable, message } = error;
  const found = { stage, kind, outcome, retryable, message };
  const fields = ["status", "code", "msg", "requestId", "traceId", "retryAfter", "body"];
  for (const field of stage === "parse" ? fields : ["field"]) found[field] = error[field];
  return found;
}
