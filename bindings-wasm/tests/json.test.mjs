// Runs the JSON corpus (tests/conformance/json) through the package. It compares acceptance and
// refusal, and compares texts with JSON.parse.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { test } from "node:test";
import { call, client } from "./koodrive.mjs";

const vectors = new URL("../../tests/conformance/", import.meta.url);
const json = (file) => JSON.parse(readFileSync(new URL(file, vectors), "utf8"));
const written = (part) => (typeof part === "string" ? part : part.repeat.repeat(part.times));
const bytesOf = (document) => (document.hex ? Buffer.from(document.hex, "hex") : Buffer.from([document].flat().map(written).join("")));

const counts = {};
const documents = readdirSync(new URL("json/", vectors)).flatMap((name) => {
  const file = `json/${name}`;
  const entries = Object.entries(json(file));
  counts[file] = entries.length;
  const entry = {
    "json/accepted.json": (document) => ({ document, ours: "read" }),
    "json/refused.json": (document) => ({ document, ours: "refused" }),
    "json/implementation-defined.json": (entry) => entry,
  }[file];
  return entries.map(([name, value]) => {
    const { document, ours } = entry(value);
    return { name, bytes: bytesOf(document), isRead: ours === "read" };
  });
});

const reading = client();
const parse = (body) => reading.parse(call, { status: 200, headers: {}, body });
const refusal = (body) => {
  try {
    parse(body);
  } catch (error) {
    return error;
  }
  return undefined;
};
const within = (before, bytes) => Buffer.concat([Buffer.from(before), bytes, Buffer.from("}")]);

test("every document of the corpus is read or refused as expected", () => {
  assert.deepEqual(counts, json("index.json").documents);
  for (const { name, bytes, isRead } of documents) {
    const { kind, message } = refusal(bytes);
    assert.equal(kind, "unreadable_reply", name);
    assert.match(
      message,
      isRead ? /code is missing|is not a JSON object/ : /is not valid JSON at line|is not UTF-8 at byte|is empty/,
      name,
    );

    // The document is the value of a member that no code reads.
    assert.equal(refusal(within('{"code":0,"unknown":', bytes))?.kind, isRead ? undefined : "unreadable_reply", name);
  }
});

test("a text is read as by JSON.parse, and an integer keeps its digits", () => {
  let [texts, integers] = [0, 0];
  for (const { name, bytes } of documents.filter(({ isRead }) => isRead)) {
    const text = bytes.toString();
    if (text.startsWith('"')) {
      const expected = JSON.parse(text);
      // A lone surrogate is refused here, although JavaScript can hold it.
      assert.equal(parse(within('{"code":0,"msg":', bytes)).msg, expected.isWellFormed() ? expected : null, name);
      texts += 1;
    } else if (/^-?\d+$/.test(text) && text !== "0") {
      assert.equal(refusal(within('{"code":', bytes)).code, text, name);
      integers += 1;
    }
  }
  assert.deepEqual({ texts, integers }, { texts: 32, integers: 10 });
});
