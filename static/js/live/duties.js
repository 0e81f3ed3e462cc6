// A block that the page asks for by itself when a push says it changed: what this person must do
// next, what stands in the tab that is open. A little later than told, and not all browsers at once.

import { elementOf, inUse, replace, whenLeft } from "./fragment.js";

const JITTER = 500;

export class Duties {
  #address;
  #id;
  #jitter;
  #timer = 0;
  #html = null;

  // address: what gives the URL, when it is asked for; nothing is asked for without one.
  constructor(address, id = "next", jitter = JITTER) {
    this.#address = address;
    this.#id = id;
    this.#jitter = jitter;
    whenLeft(() => this.#settle());
  }

  changed() {
    if (!this.#address() || this.#timer) return;
    this.#timer = setTimeout(() => this.#fetch(), Math.random() * this.#jitter);
  }

  async #fetch() {
    this.#timer = 0;
    if (this.#id === "next") document.dispatchEvent(new CustomEvent("warroom:duties"));
    const address = this.#address();
    if (!address) return;
    try {
      const response = await fetch(address, { headers: { "HX-Request": "true" }, redirect: "manual" });
      // Another tab may have been opened meanwhile.
      if (this.#address() !== address) return;
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
