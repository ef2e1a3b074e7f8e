// The cases of a file through the npm package in Node: node.mjs CASES RESULTS. Runs from a folder
// that has koodrive installed.
import { readFileSync, writeFileSync } from "node:fs";
import * as koodrive from "koodrive";
import { outcome } from "./outcome.mjs";

const [cases, results] = process.argv.slice(2);
const lines = readFileSync(cases, "utf8").trimEnd().split("\n");
writeFileSync(results, lines.map((line) => `${outcome(koodrive, JSON.parse(line))}\n`).join(""));
