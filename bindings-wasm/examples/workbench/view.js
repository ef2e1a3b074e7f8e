// Makes small elements of the page. Text is never parsed as markup.
import { isKooDriveError } from "./koodrive.js";

/** Returns an element with properties, attributes (names with a dash), and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

/**
 * Returns a title, a copy button, and the text. `id` is the text's, `what` names it for the button,
 * and line `marked` is marked.
 */
export function block(id, title, what, text, marked) {
  const shown = element("pre", { id, className: "wire" }, ...lines(text, marked));
  const button = element("button", { type: "button", className: "copy" }, "Copy", element("span", { className: "unseen" }, ` ${what}`));
  button.addEventListener("click", () => copy(shown, text));
  const head = element("div", { className: "head" }, element("h3", {}, title), button);
  return element("div", { className: "block" }, head, shown);
}

/**
 * Puts every line in its own box, so that a wrapped line differs from two lines. An empty box would
 * have no height.
 */
const lines = (text, marked) =>
  text.split("\n").map((line, at) => element("span", { className: at + 1 === marked ? "line marked" : "line" }, line || "\n"));

async function copy(shown, text) {
  try {
    await navigator.clipboard.writeText(text);
    say("Copied.");
  } catch {
    // Over plain http a browser has no clipboard.
    getSelection().selectAllChildren(shown);
    say("Selected; the browser does not let the page copy it.");
  }
}

/** Returns a list of names and values. A missing value is shown as missing. */
export function facts(values) {
  const list = element("dl", { className: "facts" });
  for (const [name, value] of Object.entries(values)) {
    const missing = value === null || value === undefined;
    const shown = element("dd", { className: missing ? "none" : "wire" }, missing ? "none" : String(value));
    list.append(element("div", { className: name === "msg" ? "long" : "" }, element("dt", {}, name), shown));
  }
  return list;
}

/**
 * Returns `{ value }` of `work`, or `{ error }`. An error of other code is shown as well, and
 * reported to the console.
 */
export function attempt(work) {
  try {
    return { value: work() };
  } catch (error) {
    if (!isKooDriveError(error)) reportError(error);
    return { error };
  }
}

const pending = new Map();

/**
 * Writes `text` into a live region once typing pauses. Otherwise a screen reader would read the
 * result of every keystroke.
 */
export function announce(region, text) {
  clearTimeout(pending.get(region));
  pending.set(
    region,
    setTimeout(() => (region.textContent = text), 250),
  );
}

/** Shows `text` about the last action for a while. */
export function say(text) {
  const region = document.getElementById("happened");
  region.textContent = text;
  clearTimeout(pending.get(region));
  pending.set(
    region,
    setTimeout(() => (region.textContent = ""), 4000),
  );
}
