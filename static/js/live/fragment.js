// Server-rendered HTML into the page.

export function elementOf(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

// Others bring it to life: htmx its attributes, the clock its times.
export function arrived(element) {
  window.htmx?.process(element);
  element.dispatchEvent(new CustomEvent("warroom:fragment", { bubbles: true }));
}

// Nothing moves while a pointer presses: it is let go of where it was pressed, or the press is lost. A
// scroll bar tells that it is let go of by the next move alone.
let pressing = false;
document.addEventListener("pointerdown", () => (pressing = true), true);
for (const name of ["pointerup", "pointercancel"]) document.addEventListener(name, () => (pressing = false), true);
document.addEventListener("pointermove", ({ buttons }) => (pressing &&= buttons > 0), true);

const FIELDS = "input, textarea, select, [contenteditable]";

// Whether replacing the element would take something away from the person: a field they are in or
// have typed into, a dialog or popover they have open, what they are about to press.
export function inUse(element) {
  if (pressing) return true;
  const active = document.activeElement;
  if (element.contains(active) && active.closest(`${FIELDS}, details[open]`)) return true;
  if (element.querySelector("dialog[open], [popover]:popover-open")) return true;
  return [...element.querySelectorAll("input, textarea, select")].some(changed);
}

function changed(field) {
  if (field.type === "hidden" || field.type === "submit") return false;
  if (field.type === "checkbox" || field.type === "radio") {
    return field.checked !== field.defaultChecked;
  }
  if (field.localName === "select") {
    const options = [...field.options];
    const chosen = options.findLastIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(chosen, 0) && field.selectedIndex !== -1;
  }
  return field.value !== field.defaultValue;
}

// Whether an element of the page is what the server sent, apart from what this page made of it: times
// in the reader's zone, running clocks, what is unfolded; and from the keys that each form has anew.
export function same(old, fresh) {
  return sent(old).isEqualNode(sent(fresh));
}

function sent(element) {
  const copy = element.cloneNode(true);
  for (const time of copy.querySelectorAll("time[data-local]")) {
    time.textContent = time.title;
    time.removeAttribute("title");
    time.removeAttribute("data-local");
  }
  for (const clock of copy.querySelectorAll("[data-elapsed], [data-countdown]")) clock.textContent = "";
  for (const tab of copy.querySelectorAll("[data-tab]")) tab.removeAttribute("aria-current");
  for (const details of copy.querySelectorAll("details")) details.open = false;
  for (const key of copy.querySelectorAll("input[type=hidden]")) key.removeAttribute("value");
  return copy;
}

// Put the new element in the place of the old; what was unfolded stays so, and who stood on a
// link or button stands on the same one again.
export function replace(old, fresh) {
  const unfolded = [...old.querySelectorAll("details")].map((details) => details.open);
  const steps = (root) => [...root.querySelectorAll("a[href], button, summary, [tabindex]")];
  const place = steps(old).indexOf(document.activeElement);
  const id = place >= 0 ? document.activeElement.id : "";
  const known = place >= 0 ? likeness(document.activeElement) : "";
  old.replaceWith(fresh);
  fresh.querySelectorAll("details").forEach((details, n) => {
    if (unfolded[n] !== undefined) details.open = unfolded[n];
  });
  if (place >= 0) {
    const found = steps(fresh);
    const again = found.find((step) => likeness(step) === known) || found[place];
    ((id && document.getElementById(id)) || again)?.focus({ preventScroll: true });
  }
  arrived(fresh);
}

// What makes a link or button the same one where a list has grown above it.
function likeness(step) {
  const name = step.getAttribute("aria-label") || step.textContent.trim();
  return [step.localName, step.getAttribute("href"), name].join(" ");
}

// Try again when the person leaves a field, lets go of a press, closes a dialog or sends a form.
export function whenLeft(callback) {
  const later = () => setTimeout(callback, 0);
  for (const name of ["focusout", "pointerup", "pointercancel", "reset", "htmx:afterSettle"]) {
    document.addEventListener(name, later);
  }
  for (const name of ["close", "toggle"]) document.addEventListener(name, later, true);
}
