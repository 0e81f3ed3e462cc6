// A page of the incident that is kept up to date by its own server-rendered sections: the elements
// with an id and data-live-section, and the command bar. What touches the page makes it ask for itself
// once, a little later than told and not all browsers at once; what differs is put in its place, except
// what somebody uses, which waits until they leave it.
// <main data-sections="/INC-42/lanes/mitigation/" data-lane="mitigation">

import { elementOf, inUse, replace, same, whenLeft } from "./fragment.js";

const GATHER = 150;
const JITTER = 500;
const AGAIN = 3000;
const SECTIONS = "[data-live-section][id], #bar-brief";

// What another lane says to itself changes nothing here.
const OF_ITS_LANE = new Set(["Notes", "Unknowns", "Hypotheses"]);

export class Sections {
  #url;
  #lane;
  #timer = 0;
  #asking = false;
  #missed = false;
  #waiting = new Map();
  #came;

  // came: is given each answer of the server, whether or not it can be shown yet.
  constructor({ sections, lane }, came = () => {}) {
    this.#url = sections;
    this.#lane = lane;
    this.#came = came;
    whenLeft(() => this.#settle());
  }

  heard(entries) {
    if (this.#url && entries.some(({ html }) => this.#touches(elementOf(html)))) this.#soon(GATHER);
  }

  changed() {
    this.#soon(GATHER);
  }

  // At once; whether the server answered.
  look() {
    return this.#fetched();
  }

  #touches(entry) {
    const { lane, kind } = entry.dataset;
    return lane === this.#lane || !OF_ITS_LANE.has(kind);
  }

  #soon(wait) {
    this.#missed = this.#asking;
    if (this.#asking || this.#timer) return;
    this.#timer = setTimeout(() => this.#ask(), wait + Math.random() * JITTER);
  }

  async #ask() {
    this.#timer = 0;
    this.#asking = true;
    const again = (await this.#fetched()) ? GATHER : AGAIN;
    this.#asking = false;
    if (this.#missed || again === AGAIN) this.#soon(again);
  }

  // False when it is worth asking again: no answer, or one that the server could not give just then.
  async #fetched() {
    try {
      const response = await fetch(this.#url, {
        headers: { "HX-Request": "true" },
        redirect: "manual",
        signal: AbortSignal.timeout(10000),
      });
      if (response.ok) this.#take(await response.text());
      return response.ok || response.type === "opaqueredirect" || response.status < 500;
    } catch {
      return false;
    }
  }

  #take(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    this.#came(template.content);
    for (const fresh of template.content.querySelectorAll(SECTIONS)) this.#waiting.set(fresh.id, fresh);
    this.#settle();
  }

  #settle() {
    for (const [id, fresh] of this.#waiting) {
      const old = document.getElementById(id);
      if (old && inUse(old)) continue;
      this.#waiting.delete(id);
      if (old && !same(old, fresh)) replace(old, fresh);
    }
  }
}
