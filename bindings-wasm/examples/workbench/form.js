// What surrounds the fields of a form: which of them count, and the error below each. An error is the package's; it begins with
// the name of what is wrong, which a field claims with `data-says`.
import { element } from "./view.js";

/** Of each form: the fields where somebody has been, and what is wrong. Nobody is blamed for a field not reached yet. */
const states = new WeakMap();

/** Gives every field a place for its error, and ties both its error and its hint to it. */
export function prepare(form) {
  states.set(form, { visited: new Set(), messages: [] });
  for (const field of form.querySelectorAll(".field")) {
    const control = field.querySelector("input, select, textarea");
    const error = element("p", { className: "error", id: `${control.id}-error`, hidden: true });
    const hint = field.querySelector(".hint");
    if (hint) {
      hint.id = `${control.id}-hint`;
      hint.before(error);
    } else {
      field.append(error);
    }
    control.setAttribute("aria-describedby", hint ? `${error.id} ${hint.id}` : error.id);
  }
  form.addEventListener("focusout", ({ target }) => {
    states.get(form).visited.add(target);
    afterPointer(() => showErrors(form));
  });
}

let pointerIsDown = false;
addEventListener("pointerdown", () => (pointerIsDown = true), true);
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => (pointerIsDown = false), true);

/** An error that appears while the mouse button is down moves what is being clicked, and the click is lost. */
function afterPointer(work) {
  if (pointerIsDown) setTimeout(afterPointer, 50, work);
  else setTimeout(work);
}

/** Shows these errors at the fields they are about; those that are undefined are none. */
export function complain(form, errors) {
  states.get(form).messages = errors.filter((error) => error !== undefined).map((error) => error.message);
  showErrors(form);
}

/** As if every field had been visited. */
export function visitAll(form) {
  for (const control of form.elements) states.get(form).visited.add(control);
}

/** As if none had. */
export function visitNone(form) {
  states.get(form).visited.clear();
}

function showErrors(form) {
  const { visited, messages } = states.get(form);
  for (const control of form.querySelectorAll("[data-says]")) {
    const counts = visited.has(control) && !control.closest("[hidden]");
    const message = counts && messages.find((message) => message.startsWith(`${control.dataset.says} `));
    const error = document.getElementById(`${control.id}-error`);
    error.textContent = message || "";
    error.hidden = !message;
    if (message) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}

/** Shows what `data-when` and `data-is` tie to a choice, and hides the rest. */
export function showDependents(form) {
  for (const dependent of form.querySelectorAll("[data-when]")) {
    const { when, is } = dependent.dataset;
    dependent.hidden = form.elements[when].value !== is;
  }
}
