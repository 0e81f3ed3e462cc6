// How the page stands, in words: the sign in the bar, the banner when the connection is lost or
// over, and the note when it is back.

import { elementOf } from "./fragment.js";

const NOTE = 8000;
const PATIENCE = 2500;
const WORDS = { live: "Live", polling: "Polling", lost: "Reconnecting", over: "Stopped" };

// i-live and i-paused of icons.svg: drawn here, since a file cannot be had when the server is away.
const ICON = {
  live:
    '<circle cx="8" cy="8" r="2.6" fill="currentColor"/>' +
    '<path d="M3.6 3.6a6.2 6.2 0 0 0 0 8.8M12.4 3.6a6.2 6.2 0 0 1 0 8.8" fill="none" ' +
    'stroke="currentColor" stroke-width="1.6"/>',
  paused: '<path d="M4.6 3v10M11.4 3v10" stroke="currentColor" stroke-width="2.8"/>',
};
const svg = (icon) => `<svg class="icon" aria-hidden="true" viewBox="0 0 16 16">${ICON[icon]}</svg>`;

export class ConnectionBanner {
  #main;
  #announcer;
  #seq;
  #ask = () => {};
  #banner = null;
  #soon = 0;
  #tick = 0;
  #state = "live";
  #seqBefore = 0;
  #knownAt = new Date();

  // seq: the last entry that the page has; it answers null where entries are not counted.
  constructor(main, announcer, seq) {
    this.#main = main;
    this.#announcer = announcer;
    this.#seq = seq;
  }

  whenAsked(ask) {
    this.#ask = ask;
  }

  show(state) {
    const before = this.#state;
    this.#state = state.name;
    this.#sign(state.name);
    if (state.name === "lost") this.#lost(state, before);
    else if (state.name !== "over") this.#back(state.name);
  }

  bye(reason) {
    this.#put(reason, "What you see is no longer kept up to date.", "Load the page again", () =>
      window.location.reload(),
    );
    this.#main.classList.add("is-stale");
    this.#announcer.now(reason);
  }

  // Too much was missed to be shown piece by piece. What somebody is writing is not thrown away.
  reload() {
    const writing = [...this.#main.querySelectorAll("textarea, input:not([type=hidden])")];
    if (!writing.some((field) => field.value !== field.defaultValue)) {
      window.location.reload();
      return;
    }
    this.#put(
      "Much has happened while you were away.",
      "Send or copy what you are writing, then load the page again.",
      "Load the page again",
      () => window.location.reload(),
    );
  }

  #sign(name) {
    const sign = document.querySelector(".connection");
    if (!sign) return;
    const word = WORDS[name];
    sign.classList.toggle("is-paused", name !== "live");
    sign.dataset.state = name;
    sign.querySelector("svg")?.replaceWith(elementOf(svg(name === "live" ? "live" : "paused")));
    const words = sign.querySelector("span");
    if (words && words.textContent !== word) words.textContent = word;
  }

  // A short break is not worth an alarm.
  #lost(state, before) {
    if (before !== "lost") {
      this.#seqBefore = this.#seq();
      this.#knownAt = new Date();
      this.#soon = setTimeout(() => this.#alarm(), PATIENCE);
    }
    clearInterval(this.#tick);
    this.#tick = setInterval(() => this.#count(state.retryAt), 500);
  }

  #alarm() {
    const at = this.#knownAt.toLocaleTimeString([], { hour12: false });
    const sentence = `Live updates paused; showing what was known at ${at}.`;
    this.#put(sentence, "What you write stays here.", "Try now", () => this.#ask());
    this.#main.classList.add("is-stale");
    this.#announcer.now(sentence);
  }

  #count(retryAt) {
    const detail = this.#banner?.querySelector(".lost-detail");
    const seconds = Math.max(0, Math.ceil((retryAt - Date.now()) / 1000));
    const trying = seconds ? `Trying again in ${seconds} s.` : "Trying again now.";
    if (detail) detail.textContent = `${trying} What you write stays here.`;
  }

  #back(name) {
    clearTimeout(this.#soon);
    clearInterval(this.#tick);
    if (!this.#banner) return;
    this.#banner.remove();
    this.#banner = null;
    this.#main.classList.remove("is-stale");
    const how = name === "live" ? "Live again." : "Connected again, by polling.";
    if (this.#seq() === null) return this.#note(how);
    const missed = this.#seq() - this.#seqBefore;
    const what = missed === 1 ? "1 entry" : `${missed || "No"} entries`;
    this.#note(`${how} ${what} arrived while you were away.`);
  }

  #note(sentence) {
    const note = elementOf('<p class="toasts"><span class="toast"></span></p>');
    note.firstElementChild.textContent = sentence;
    document.body.append(note);
    setTimeout(() => note.remove(), NOTE);
    this.#announcer.politely(sentence);
  }

  #place(banner) {
    const place = document.getElementById("lost");
    if (place) place.append(banner);
    else this.#main.before(banner);
  }

  #put(sentence, detail, action, act) {
    this.#banner?.remove();
    this.#banner = elementOf(
      `<div class="lost">${svg("paused")}<span></span> ` +
        '<span class="lost-detail"></span> ' +
        '<button type="button" class="button button-small push"></button></div>',
    );
    this.#banner.querySelector("span").textContent = sentence;
    this.#banner.querySelector(".lost-detail").textContent = detail;
    const button = this.#banner.querySelector("button");
    button.textContent = action;
    button.addEventListener("click", act);
    this.#place(this.#banner);
  }
}
