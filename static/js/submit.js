import { freshen } from "./csrf.js";

const SENT = "warroom-sent-forms";
const MAX_SENT = 10;
const NOT_TYPED = new Set(["csrfmiddlewaretoken", "once", "author", "draft_seen", "draft_number"]);

// A number for what a form carries (FNV-1a), so that no text is stored.
function printOf(form) {
  let hash = 0x811c9dc5;
  for (const [name, value] of new FormData(form)) {
    if (NOT_TYPED.has(name)) continue;
    const text = `${name}=${typeof value === "string" ? value : `${value.name} ${value.size}`};`;
    for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return hash;
}

function sentForms() {
  try {
    return JSON.parse(sessionStorage.getItem(SENT)) || [];
  } catch {
    return [];
  }
}

// After Back the browser fills in again what was sent. Sent once more unchanged, it carries the key that
// it had the first time, and the server answers with what became of that one.
function nameAgain(form) {
  const key = form.elements.namedItem("once");
  if (!key) return;
  const print = printOf(form);
  const sent = sentForms().filter((each) => each.action !== form.action || each.print !== print);
  const before = sentForms().find((each) => each.action === form.action && each.print === print);
  const [visit] = performance.getEntriesByType("navigation");
  if (before && visit?.type === "back_forward") key.value = before.once;
  const all = [...sent, { action: form.action, print, once: key.value }];
  try {
    sessionStorage.setItem(SENT, JSON.stringify(all.slice(-MAX_SENT)));
  } catch {
    // Full: the form is sent as before.
  }
}

// A form is sent once: the second press of a button that works is ignored. The server checks too.
export function startSubmitting() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "composer" in form.dataset) return;
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "yes";
    freshen(form);
    nameAgain(form);
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) {
      delete form.dataset.sending;
      for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });
}
