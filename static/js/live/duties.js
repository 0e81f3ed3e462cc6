// What this person must do next: their own, so the page asks for it when a push says it changed.
// A little later than told, and not all browsers at once.

import { elementOf, inUse, replace, whenLeft } from "./fragment.js";

const JITTER = 500;

export class Duties {
  #url;
  #timer = 0;
  #html = null;

  constructor(url) {
    this.#url = url;
    whenLeft(() => this.#settle());
  }

  changed() {
    if (!this.#url || this.#timer) return;
    this.#timer = setTimeout(() => this.#fetch(), Math.random() * JITTER);
  }

  async #fetch() {
    this.#timer = 0;
    try {
      const response = await fetch(this.#url, { redirect: "manual" });
      if (response.ok) this.#html = await response.text();
    } catch {
      return; // the connection module says that the way is closed, and catches up later
    }
    this.#settle();
  }

  #settle() {
    const old = document.getElementById("next");
    if (this.#html === null || !old || inUse(old)) return;
    const fresh = elementOf(this.#html);
    this.#html = null;
    if (fresh?.id === "next") replace(old, fresh);
  }
}
