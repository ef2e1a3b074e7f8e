// The conformance vectors through the npm package: one test per folder of `vectors`, stage by stage.
//
// Runs from a folder that has `koodrive` installed: KOODRIVE_VECTORS names the vectors. With KOODRIVE_MESSAGES=FILE the
// texts of all errors are written there, so that they can be compared between languages.
import assert from "node:assert/strict";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Client, getCurrentRetentionPolicy, isKooDriveError, notifyPackageExpire } from "koodrive";

const vectors = process.env.KOODRIVE_VECTORS;
const messages = {};
const makers = {
  notifyPackageExpire: ({ operation, ...fields }) => notifyPackageExpire(fields),
  getCurrentRetentionPolicy: () => getCurrentRetentionPolicy(),
};

const folders = readdirSync(vectors, { withFileTypes: true }).filter((entry) => entry.isDirectory());
assert.ok(folders.length >= 70, `only ${folders.length} vectors are there`);
for (const { name } of folders) {
  test(name, () => check(name));
}
after(() => {
  if (process.env.KOODRIVE_MESSAGES) {
    writeFileSync(process.env.KOODRIVE_MESSAGES, JSON.stringify(messages, null, 2));
  }
});

function check(name) {
  const text = (file) => {
    const path = join(vectors, name, file);
    return existsSync(path) ? readFileSync(path, "utf8") : undefined;
  };
  const json = (file) => JSON.parse(text(file) ?? "null");
  const given = json("call.json");
  const expected = json("error.json");
  // Gives undefined where the step was refused as error.json says; any other refusal fails the test.
  const step = (stage, work) => {
    try {
      return work();
    } catch (error) {
      assert.ok(isKooDriveError(error), error.stack);
      messages[name] = error.message;
      assert.deepEqual(errorJson(stage, error, expected), expected);
      return undefined;
    }
  };

  const client = step("client", () => new Client(given.client));
  if (!client) return;
  if (given.observed) {
    const { headers, sentAt, receivedAt } = given.observed;
    client.observeClock(headers, new Date(sentAt), new Date(receivedAt));
  }
  const call = step("call", () => makers[given.call.operation](given.call));
  if (!call) return;
  const { now, date, traceId } = given.options;
  const options = { now: new Date(now), date: date && new Date(date), traceId };
  const request = step("request", () => client.request(call, options));
  if (!request) return;

  const wanted = json("request.json");
  assert.ok(wanted, "it should have been refused");
  const canonicalRequest = text("canonical-request.txt");
  if (canonicalRequest !== undefined) {
    const stages = client.explain(call, { now: options.now, date: options.date });
    assert.equal(stages.canonicalRequest, canonicalRequest);
    assert.equal(stages.stringToSign, text("string-to-sign.txt"));
    assert.equal(stages.signature, text("signature.txt"));
  }
  const { redirect, ...sent } = request;
  assert.equal(redirect, "manual");
  assert.deepEqual(sent, wanted);
  assert.equal(new URL(request.url).href, request.url);

  const response = json("response.json");
  if (!response) return;
  const { status, headers, body, bodyHex } = response;
  const bytes = bodyHex === undefined ? body : Buffer.from(bodyHex, "hex");
  const reply = step("parse", () => client.parse(call, { status, headers, body: bytes }));
  if (reply) assert.deepEqual(reply, json("reply.json"));
}

function errorJson(stage, error, expected) {
  const { kind, outcome, retryable } = error;
  const found = { stage, kind, outcome, retryable };
  if (stage === "parse") {
    for (const field of ["status", "code", "msg", "requestId", "traceId", "retryAfter"]) {
      found[field] = error[field] ?? null;
    }
  }
  // The text is compared where the vector fixes it.
  return expected && "message" in expected ? { ...found, message: error.message } : found;
}
