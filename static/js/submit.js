import { freshen } from "./csrf.js";

// A form is sent once: the second press of a button that works is ignored. The server checks too.
export function startSubmitting() {
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || "composer" in form.dataset) return;
    if (form.dataset.sending) return event.preventDefault();
    form.dataset.sending = "yes";
    freshen(form);
    for (const button of form.querySelectorAll("button:not([type=button])")) button.setAttribute("aria-disabled", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) {
      delete form.dataset.sending;
      for (const button of form.querySelectorAll("button[aria-disabled]")) button.removeAttribute("aria-disabled");
    }
  });
}
