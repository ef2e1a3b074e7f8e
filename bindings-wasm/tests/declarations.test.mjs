// The declarations of the installed package, against what it exports: the same names, no more and no less, in either module
// system. That the types are right is what xtask/src/types.rs checks.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { require } from "./koodrive.mjs";

const { exports } = require("koodrive/package.json");
const folder = require.resolve("koodrive/package.json").replace(/package\.json$/, "");

/** Entries that are code, each with its pairs of declarations and program. */
const entries = Object.entries(exports).flatMap(([entry, conditions]) =>
  Object.entries(conditions)
    // Workers' modules load in Workers: tests/runtimes.
    .filter(([condition, { types }]) => types && condition !== "workerd")
    .map(([condition, { types, default: program }]) => [entry, condition, types, program]),
);

/** The text of a file of declarations, and of the one that it passes on. */
const read = (types) => {
  const text = readFileSync(folder + types, "utf8");
  const [, other] = text.match(/^export \* from "\.\/(\w+)\.c?js";$/m) ?? [];
  return other ? text + readFileSync(folder + types.replace(/\w+(?=\.d\.c?ts$)/, other), "utf8") : text;
};

/** `export declare const X`, function X, class X. */
const declared = (types) => [...types.matchAll(/^export declare (?:const|function|class) (\w+)/gm)].map(([, name]) => name);

test("there are entries to compare", () => assert.ok(entries.length >= 4, JSON.stringify(entries)));

for (const [entry, condition, types, program] of entries) {
  test(`${entry}, ${condition}: what is declared is what is exported`, async () => {
    const text = read(types);
    // A default export would be one more of CommonJS alone.
    assert.ok(!/export default|export =/.test(text));
    const loaded = condition === "require" ? require(folder + program) : await import(pathToFileURL(folder + program).href);
    assert.deepEqual([...new Set(declared(text))].sort(), Object.keys(loaded).sort());
  });

  test(`${entry}, ${condition}: links in the documentation lead somewhere`, () => {
    const text = read(types);
    for (const [link, name, member] of text.matchAll(/\{@link (\w+)(?:\.(\w+))?\}/g)) {
      // More than one where an entry has its own in the place of the one that it passes on.
      const [, ...rests] = text.split(new RegExp(`^export declare (?:const|function|class) ${name}\\b|^export (?:interface|type) ${name}\\b`, "m"));
      assert.ok(rests.length > 0, link);
      const bodies = rests.map((rest) => rest.split("\nexport ")[0]).join("\n");
      if (member) assert.match(bodies, new RegExp(`^ +(?:readonly )?${member}\\b`, "m"), link);
    }
  });

  test(`${entry}, ${condition}: every declaration and every member is documented`, () => {
    const lines = readFileSync(folder + types, "utf8").split("\n");
    const isDocumented = (at) => /\*\/\s*$/.test(lines[at - 1]);
    const bare = lines.filter((line, at) => {
      // A member that only narrows what it inherits says nothing new, and neither does one that must be absent. A line that ends
      // in a comma is a parameter.
      const member = !line.endsWith(",") && /^ +(readonly )?[\w[][\w.\]]*\??[<(:]/.test(line) && !/(: ("[^"]*"|true|false)( \| "[^"]*")*|\?: undefined);$/.test(line);
      const declaration = /^export (?!\{)/.test(line);
      return (member || declaration) && !isDocumented(at);
    });
    assert.deepEqual(bare, []);
  });
}
