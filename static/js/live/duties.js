// A block that the page asks for by itself when a push says it changed: what this person must do
// next, what closing will need. A little later than told, and not all browsers at once.

import { elementOf, inUse, replace, whenLeft } from "./fragment.js";

const JITTER = 500;

export class Duties {
  #url;
  #id;
  #jitter;
  #timer = 0;
  #html = null;

  constructor(url, id = "next", jitter = JITTER) {
    this.#url = url;
    this.#id = id;
    this.#jitter = jitter;
    whenLeft(() => this.#settle());
  }

  changed() {
    if (!this.#url || this.#timer) return;
    this.#timer = setTimeout(() => this.#fetch(), Math.random() * this.#jitter);
  }

  async #fetch() {
    this.#timer = 0;
    document.dispatchEvent(new CustomEvent("warroom:duties"));
    try {
      const response = await fetch(this.#url, { redirect: "manual" });
      if (response.ok) this.#html = await response.text();
    } catch {
      return; // the connection module says that the way is closed, and catches up later
    }
    this.#settle();
  }

  #settle() {
    const old = document.getElementById(this.#id);
    if (this.#html === null || !old || inUse(old)) return;
    const fresh = elementOf(this.#html);
    this.#html = null;
    if (fresh?.id === this.#id) replace(old, fresh);
  }
}
