// The room's composer sends without leaving the page; without script the form posts as any other.
import { freshen } from "./csrf.js";
import { forget } from "./local_drafts.js";

function complain(form, text) {
  const problem = form.querySelector(".field-problem");
  problem.textContent = text;
  problem.hidden = !text;
}

async function send(form) {
  const button = form.querySelector("button");
  const text = form.elements.text;
  if (button.getAttribute("aria-disabled")) return;
  button.setAttribute("aria-disabled", "true");
  freshen(form);
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: new FormData(form),
      headers: { Accept: "application/json" },
      credentials: "same-origin",
    });
    if (answer.ok) {
      text.value = "";
      // A new note has a key of its own; one sent again after a lost answer keeps its key.
      form.elements.once.value = crypto.randomUUID?.() ?? "";
      forget(form);
      complain(form, "");
    } else if (answer.status === 422) {
      const { violations } = await answer.json();
      complain(form, violations.map((violation) => violation.sentence).join(" "));
    } else if (answer.status === 409) {
      // The first answer was lost, and the note was changed since.
      form.elements.once.value = crypto.randomUUID?.() ?? "";
      complain(form, "This note is on the timeline already, as it was when you sent it first. Send again to add it as it stands here.");
    } else if (answer.status === 401) {
      complain(form, "You are signed out. Sign in again in another tab; your note stays here.");
    } else {
      complain(form, "Not sent. Your note stays here; try again.");
    }
  } catch {
    complain(form, "No connection. Your note stays here; try again when you are back.");
  } finally {
    button.removeAttribute("aria-disabled");
  }
}

export function startComposer() {
  for (const form of document.querySelectorAll("form[data-composer]")) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send(form);
    });
  }
}
