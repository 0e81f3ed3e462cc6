// A long form saves itself while it is written.
import { freshen } from "./csrf.js";

const DELAY = 800;

function show(state, text, problem) {
  if (!state) return;
  state.textContent = text;
  state.classList.toggle("is-late", Boolean(problem));
}

async function save(form, state) {
  freshen(form);
  const body = new FormData(form);
  try {
    const answer = await fetch(form.dataset.draftUrl, { method: "POST", body, credentials: "same-origin", redirect: "error" });
    if (answer.status === 409) {
      const { published, finished } = await answer.json();
      const over = finished ? "was finished meanwhile" : published ? "was published already" : "checkpoint was decided meanwhile";
      show(state, `This ${over}; what you typed stays in this page.`, true);
      return true;
    }
    if (answer.status === 403) {
      show(state, "You no longer command here, so nothing more is saved; what you typed stays in this page.", true);
      return true;
    }
    if (!answer.ok) throw new Error(String(answer.status));
    const { saved_at: at } = await answer.json();
    show(state, `Your draft was saved at ${new Date(at).toLocaleTimeString("en-GB", { timeZone: document.documentElement.dataset.zone || undefined })}`);
  } catch {
    show(state, "The draft could not be saved; it is still in this page. Trying again.", true);
    return false;
  }
  return true;
}

export function startDrafts() {
  for (const form of document.querySelectorAll("form[data-draft-url]")) {
    const state = document.getElementById(form.dataset.draftState);
    let timer;
    const later = (delay) => {
      clearTimeout(timer);
      timer = setTimeout(async () => {
        if (!(await save(form, state))) later(5000);
      }, delay);
    };
    form.addEventListener("input", () => later(DELAY));
    form.addEventListener("submit", () => clearTimeout(timer));
  }
}
