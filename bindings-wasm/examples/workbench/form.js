// Shows the error below each field of a form. An error's `field` names the wrong value. A control
// lists its names in `data-field`.
import { element } from "./view.js";

/**
 * The visited controls and the errors of each form. An error is shown once its control was visited.
 */
const states = new WeakMap();

/** Gives every field an element for its error. The error and the hint describe the control. */
export function prepare(form) {
  states.set(form, { visited: new Set(), errors: [] });
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

/**
 * Delays `work` until the mouse button is up: an error that appears before would move the clicked
 * element, and the click would be lost.
 */
function afterPointer(work) {
  if (pointerIsDown) setTimeout(afterPointer, 50, work);
  else setTimeout(work);
}

/** Shows `errors` at their fields instead of earlier ones. Undefined entries are skipped. */
export function setErrors(form, errors) {
  states.get(form).errors = errors.filter((error) => error !== undefined);
  showErrors(form);
}

/** Marks every control as visited. */
export function visitAll(form) {
  for (const control of form.elements) states.get(form).visited.add(control);
}

/** Marks no control as visited. */
export function visitNone(form) {
  states.get(form).visited.clear();
}

function showErrors(form) {
  const { visited, errors } = states.get(form);
  for (const control of form.querySelectorAll("[data-field]")) {
    const names = control.dataset.field.split(" ");
    const isShown = visited.has(control) && !control.closest("[hidden]");
    const error = isShown ? errors.find(({ field }) => names.includes(field)) : undefined;
    const place = document.getElementById(`${control.id}-error`);
    place.textContent = error?.message ?? "";
    place.hidden = !error;
    if (error) control.setAttribute("aria-invalid", "true");
    else control.removeAttribute("aria-invalid");
  }
}

/**
 * Shows the elements whose `data-is` is the value of the control named by `data-when`. Hides the
 * others.
 */
export function showDependents(form) {
  for (const dependent of form.querySelectorAll("[data-when]")) {
    const { when, is } = dependent.dataset;
    dependent.hidden = form.elements[when].value !== is;
  }
}
