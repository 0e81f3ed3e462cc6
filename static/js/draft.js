// A long form saves itself while it is written: when typing rests, at the latest every few seconds, and
// when its page is left. Each save carries a number, so that an older one that comes late changes
// nothing, and names the draft that this page knows, so that two tabs do not overwrite each other.
import { freshen } from "./csrf.js";

const QUIET_MS = 800;
const MAX_WAIT_MS = 3000;
const RETRY_MS = 5000;

const timeOf = (at) =>
  new Date(at).toLocaleTimeString("en-GB", { timeZone: document.documentElement.dataset.zone || undefined });

class Draft {
  #form;
  #state;
  #url;
  #quiet = 0;
  #latest = 0;
  #dirty = false;
  #sending = false;
  #elsewhere = "";

  constructor(form) {
    this.#form = form;
    this.#url = form.dataset.draftUrl;
    this.#state = document.getElementById(form.dataset.draftState);
    form.addEventListener("input", () => this.#typed());
    form.addEventListener("submit", () => this.#wait());
    window.addEventListener("pagehide", () => this.#leave());
    document.addEventListener("visibilitychange", () => document.hidden && this.#leave());
    window.addEventListener("beforeunload", (event) => {
      if (this.#elsewhere && this.#dirty && !form.dataset.sending) event.preventDefault();
    });
  }

  #typed() {
    this.#dirty = true;
    if (this.#elsewhere) return;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#save(), QUIET_MS);
    this.#latest ||= setTimeout(() => this.#save(), MAX_WAIT_MS);
  }

  #wait() {
    clearTimeout(this.#quiet);
    clearTimeout(this.#latest);
    this.#latest = 0;
    // The form as a whole is newer than any save that is still on its way.
    this.#number();
  }

  #number() {
    const field = this.#form.elements.namedItem("draft_number");
    field.value = Math.max(Date.now(), Number(field.value) + 1);
  }

  #body() {
    freshen(this.#form);
    this.#number();
    return new FormData(this.#form);
  }

  async #save() {
    this.#wait();
    if (this.#sending) return this.#typed();
    this.#sending = true;
    this.#dirty = false;
    try {
      const request = { method: "POST", body: this.#body(), credentials: "same-origin", redirect: "error" };
      await this.#answered(await fetch(this.#url, request));
    } catch {
      this.#dirty = true;
      this.#show("The draft could not be saved; it is still in this page. Trying again.", true);
      this.#latest ||= setTimeout(() => this.#save(), RETRY_MS);
    } finally {
      this.#sending = false;
    }
  }

  async #answered(answer) {
    if (answer.status === 403) {
      return this.#show("You no longer command here, so nothing more is saved; what you typed stays in this page.", true);
    }
    if (!answer.ok && answer.status !== 409) throw new Error(String(answer.status));
    const { saved_at: at, elsewhere, published, finished } = await answer.json();
    if (elsewhere) return this.#stop(elsewhere);
    if (answer.ok) {
      this.#form.elements.namedItem("draft_seen").value = at;
      return this.#show(`Your draft was saved at ${timeOf(at)}`);
    }
    const over = finished ? "was finished meanwhile" : published ? "was published already" : "checkpoint was decided meanwhile";
    this.#show(`This ${over}; what you typed stays in this page.`, true);
  }

  // Another tab has saved since this one was opened: neither is lost until the person has chosen.
  #stop(savedAt) {
    this.#dirty = true;
    this.#elsewhere = savedAt;
    this.#show(`Another tab of yours saved this draft at ${timeOf(savedAt)}. What you typed here is not saved.`, true);
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button button-small";
    button.textContent = "Save this one in its place";
    button.addEventListener("click", () => {
      this.#form.elements.namedItem("draft_seen").value = this.#elsewhere;
      this.#elsewhere = "";
      this.#save();
    });
    this.#state?.append(" ", button);
  }

  // A request that is on its way may end with the page; what the browser itself sends does not.
  #leave() {
    if (this.#elsewhere || !(this.#dirty || this.#sending)) return;
    if (navigator.sendBeacon(this.#url, this.#body())) this.#dirty = false;
  }

  #show(text, isProblem = false) {
    if (!this.#state) return;
    this.#state.textContent = text;
    this.#state.classList.toggle("is-late", isProblem);
  }
}

export function startDrafts() {
  for (const form of document.querySelectorAll("form[data-draft-url]")) new Draft(form);
}
