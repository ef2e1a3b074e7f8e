// Small pieces of the page. Text only ever becomes text.
import { isKooDriveError } from "./koodrive.js";

/** An element with properties, or attributes where the name has a dash, and children. */
export function element(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.includes("-")) made.setAttribute(name, value);
    else made[name] = value;
  }
  made.append(...children);
  return made;
}

/** A title, a button that copies, and the text. `id` is the text's, `what` names it for the button, line `marked` is marked. */
export function block(id, title, what, text, marked) {
  const shown = element("pre", { id, className: "wire" }, ...lines(text, marked));
  const button = element("button", { type: "button", className: "copy" }, "Copy", element("span", { className: "unseen" }, ` ${what}`));
  button.addEventListener("click", () => copy(shown, text));
  const head = element("div", { className: "head" }, element("h3", {}, title), button);
  return element("div", { className: "block" }, head, shown);
}

/** Every line in a box of its own, so that one that wraps is told from two. An empty box would have no height. */
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

/** Names and values. What is missing is said to be. */
export function facts(values) {
  const list = element("dl", { className: "facts" });
  for (const [name, value] of Object.entries(values)) {
    const missing = value === null || value === undefined;
    const shown = element("dd", { className: missing ? "none" : "wire" }, missing ? "none" : String(value));
    list.append(element("div", { className: name === "msg" ? "long" : "" }, element("dt", {}, name), shown));
  }
  return list;
}

/** `{ value }` of the work or `{ error }`. An error that is not the package's is shown as well, and reported to the console. */
export function attempt(work) {
  try {
    return { value: work() };
  } catch (error) {
    if (!isKooDriveError(error)) reportError(error);
    return { error };
  }
}

const pending = new Map();

/** Says something in a live region once typing pauses: a screen reader would read the result of every keystroke otherwise. */
export function announce(region, text) {
  clearTimeout(pending.get(region));
  pending.set(
    region,
    setTimeout(() => (region.textContent = text), 250),
  );
}

/** Says what has just happened, for a while. */
export function say(text) {
  const region = document.getElementById("happened");
  region.textContent = text;
  clearTimeout(pending.get(region));
  pending.set(
    region,
    setTimeout(() => (region.textContent = ""), 4000),
  );
}
