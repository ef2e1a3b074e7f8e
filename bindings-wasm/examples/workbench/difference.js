// Finds the first character in which two lines differ, and marks it in both. Every character is
// visible, since a space, a tab or a look-alike letter is often the difference.
import { element } from "./view.js";

/**
 * Returns the first difference of two lines: `at`, counted in characters from 1, and the character
 * of each line there. A character is undefined if its line has ended. Returns null for equal lines.
 */
export function firstDifference(ours, theirs) {
  const [left, right] = [[...ours], [...theirs]];
  const at = Array.from({ length: Math.max(left.length, right.length) }).findIndex((_, at) => left[at] !== right[at]);
  return at < 0 ? null : { at: at + 1, ours: left[at], theirs: right[at] };
}

/** Returns a character in words, such as “a” (U+0061). */
export function named(character) {
  if (character === undefined) return "the end of the line";
  const name = NAMES[character];
  if (name !== undefined) return `${name} (${codePoint(character)})`;
  return INVISIBLE.test(character) ? codePoint(character) : `“${character}” (${codePoint(character)})`;
}

/** Returns a line with the character number `at` marked and every character visible. */
export function markedLine(line, at) {
  const characters = [...line];
  const marked = characters[at - 1];
  const mark = element("mark", {}, ...(marked === undefined ? [chip("end")] : visible([marked])));
  return [...visible(characters.slice(0, at - 1)), mark, ...visible(characters.slice(at))];
}

const NAMES = { " ": "a space", "\t": "a tab", "\r": "a carriage return", "\n": "a line feed" };
const SIGNS = { "\t": "TAB", "\r": "CR", "\n": "LF" };

/** Matches a character without a shape, or one that changes the shape of its neighbours. */
const INVISIBLE = /[^\p{L}\p{N}\p{P}\p{S}]/u;

const codePoint = (character) => `U+${character.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}`;

const chip = (text) => element("span", { className: "chip" }, text);

/**
 * Returns nodes that show the characters: printable ASCII as it is, a space as a dot, the others by
 * code point.
 */
function visible(characters) {
  const nodes = [];
  let plain = "";
  const flush = () => {
    if (plain !== "") nodes.push(plain);
    plain = "";
  };
  for (const character of characters) {
    if (character > " " && character <= "~") {
      plain += character;
      continue;
    }
    flush();
    if (character === " ") nodes.push(element("span", { className: "space" }, "·"));
    else if (SIGNS[character]) nodes.push(chip(SIGNS[character]));
    else nodes.push(chip(`${INVISIBLE.test(character) ? "" : `${character} `}${codePoint(character)}`));
  }
  flush();
  return nodes;
}
