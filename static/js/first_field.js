// A page that is for one form opens in its first field. A page that is read first (it is live, or says so
// with [data-reading]) opens at its top, and touch opens no keyboard over the page.
const FORMS = "main form[method=post]:is([data-keep],[data-draft-url],[data-capture]):not([data-composer])";
const FIELDS = "input:not([type=hidden]),textarea,select";

export const pageForm = () => document.querySelector(FORMS);

function firstFieldOf(form) {
  const fields = [...form.querySelectorAll(FIELDS)].filter((field) => !field.disabled && field.checkVisibility());
  const [first] = fields;
  if (first?.type !== "radio") return first;
  return fields.find((field) => field.name === first.name && field.checked) ?? first;
}

export function focusFirstField() {
  const isRead = document.querySelector("main:is([data-live],[data-reading])");
  if (isRead || location.hash || document.activeElement !== document.body) return;
  if (document.getElementById("refusal") || matchMedia("(pointer: coarse)").matches) return;
  const form = pageForm();
  if (form) firstFieldOf(form)?.focus();
}
