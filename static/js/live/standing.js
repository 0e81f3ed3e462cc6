// What stands: tabs whose content comes when they are opened. The bar of tabs is a panel and carries
// a version of each content; the one that is open is asked for again when its version is another.

import { Duties } from "./duties.js";

const BODY = "standing-body";
// What has no version may cost the server much, and is not urgent.
const CALM = 3000;

export class StandingTabs {
  #bar = () => document.getElementById("panel-standing");
  #body = () => document.getElementById(BODY);
  #changed = new Duties(() => this.#open()?.href, BODY);
  #costly = new Duties(() => this.#open()?.href, BODY, CALM);

  constructor() {
    for (const name of ["warroom:fragment", "htmx:afterSettle"]) {
      document.addEventListener(name, () => this.#mark());
    }
  }

  // The bar may have come anew.
  compare() {
    const tab = this.#open();
    if (tab?.dataset.version && tab.dataset.version !== this.#body().dataset.version) this.#changed.changed();
  }

  // Duties changed: so may have what has no version.
  changed() {
    if (this.#open()?.dataset.version === "") this.#costly.changed();
  }

  #open() {
    return this.#bar()?.querySelector(`[data-tab="${this.#body()?.dataset.tab}"]`);
  }

  #mark() {
    const open = this.#open();
    for (const tab of this.#bar()?.querySelectorAll("[data-tab]") ?? []) {
      if (tab === open) tab.setAttribute("aria-current", "true");
      else tab.removeAttribute("aria-current");
    }
  }
}
