// New entries at the top of the timeline, each once and in order; behind "3 new" while the list is
// scrolled, so that what is being read does not move.

import { arrived, elementOf } from "./fragment.js";

const NEW = 10000;
const TOP = 8;

export class Timeline {
  #list = document.querySelector(".timeline-entries");
  #scroll = document.querySelector(".timeline-scroll");
  #filter = document.querySelector("form.timeline-filter");
  #announcer;
  #waiting = [];
  #offered = null;

  constructor(seq, announcer) {
    this.seq = seq;
    this.#announcer = announcer;
    const back = () => this.#atTop() && this.#flush();
    this.#scroll?.addEventListener("scroll", back, { passive: true });
    window.addEventListener("scroll", back, { passive: true });
    this.#filter?.addEventListener("change", () => this.#sift());
  }

  // Whether a message continues what is here; if not, something was lost on the way.
  follows({ entries }) {
    return entries.length === 0 || entries[0].seq <= this.seq + 1;
  }

  add(entries) {
    for (const entry of entries) {
      if (entry.seq <= this.seq) continue;
      this.seq = entry.seq;
      if (this.#list?.querySelector(`:scope > [data-seq="${entry.seq}"]`)) continue;
      this.#announcer.entry(entry);
      this.#waiting.push(entry);
    }
    if (this.#atTop()) this.#flush();
    else this.#offer();
  }

  #atTop() {
    if (!this.#scroll) return true;
    return this.#scroll.scrollTop <= TOP && this.#scroll.getBoundingClientRect().top > -TOP;
  }

  #flush() {
    for (const entry of this.#waiting.splice(0)) this.#insert(entry);
    this.#offered?.remove();
    this.#offered = null;
  }

  #insert({ html }) {
    const item = elementOf(html);
    if (!item || !this.#list) return;
    item.hidden = !this.#wanted(item);
    item.classList.add("entry-new");
    setTimeout(() => item.classList.remove("entry-new"), NEW);
    this.#list.prepend(item);
    arrived(item);
  }

  #offer() {
    const count = this.#waiting.length;
    if (!count || !this.#scroll) return;
    if (!this.#offered) {
      this.#offered = elementOf(
        '<button type="button" class="button button-small timeline-waiting"></button>',
      );
      this.#offered.addEventListener("click", () => this.#up());
      this.#scroll.prepend(this.#offered);
    }
    this.#offered.textContent = `${count} new`;
  }

  // The person asked to see them: the button goes, so its focus passes to the list.
  #up() {
    this.#flush();
    this.#scroll.scrollTop = 0;
    if (this.#scroll.getBoundingClientRect().top < 0) this.#scroll.scrollIntoView({ block: "start" });
    this.#scroll.focus({ preventScroll: true });
  }

  #sift() {
    for (const item of this.#list?.children ?? []) item.hidden = !this.#wanted(item);
  }

  #wanted(item) {
    if (!this.#filter) return true;
    const chosen = new FormData(this.#filter);
    const fits = (name) => {
      const wanted = chosen.getAll(name).filter(Boolean);
      return wanted.length === 0 || wanted.includes(item.dataset[name] ?? "");
    };
    return fits("lane") && fits("kind");
  }
}
