// Panels are replaced whole, by their id, if they differ; one that is in use waits, and then shows its
// latest state.

import { elementOf, inUse, replace, same, whenLeft } from "./fragment.js";

export class Panels {
  #waiting = new Map();

  constructor() {
    whenLeft(() => this.#settle());
  }

  show(panels) {
    for (const [name, html] of Object.entries(panels)) this.#waiting.set(name, html);
    this.#settle();
  }

  #settle() {
    for (const [name, html] of this.#waiting) {
      const old = document.getElementById(`panel-${name}`);
      if (old && inUse(old)) continue;
      this.#waiting.delete(name);
      const fresh = old && elementOf(html);
      if (fresh && !same(old, fresh)) replace(old, fresh);
    }
  }
}
