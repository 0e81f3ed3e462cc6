// New entries at the top of the timeline, each once and in order; behind "3 new" while the list is
// scrolled, so that what is being read does not move. A room may stay open for days: the oldest of too
// many entries leave it, and stand behind "Older entries" again.

import { arrived, elementOf } from "./fragment.js";
import { ScrollAnchor } from "./scroll_anchor.js";

const NEW = 10000;
const TOP = 8;
const MOST = 100;
const OLDER =
  '<li class="timeline-older"><a class="button button-small" hx-trigger="click, intersect once" ' +
  'hx-target="closest li" hx-swap="outerHTML">Older entries</a></li>';

export class Timeline {
  #list = document.querySelector(".timeline-entries");
  #scroll = document.querySelector(".timeline-scroll");
  #filter = document.querySelector("form.timeline-filter");
  #still = this.#scroll && new ScrollAnchor(this.#scroll);
  #announcer;
  #waiting = [];
  #count = 0;
  #offered = null;

  constructor(seq, announcer) {
    this.seq = seq;
    this.#announcer = announcer;
    const back = () => this.#count && this.#atTop() && this.#flush();
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
      this.#wait(entry);
    }
    if (!this.#count) return;
    if (this.#atTop() && !this.#pushes()) this.#flush();
    else this.#offer();
  }

  // The oldest of too many would leave the page in the moment in which it came.
  #wait(entry) {
    this.#count += 1;
    this.#waiting.push(entry);
    if (this.#waiting.length > MOST) this.#waiting.shift();
  }

  #atTop() {
    if (!this.#scroll) return true;
    if (this.#scroll.getBoundingClientRect().top <= -TOP) return false;
    return this.#still.going || this.#scroll.scrollTop <= TOP;
  }

  // On a narrow page panels follow the list. One that ends in sight grows only for who does something.
  #pushes() {
    if (!this.#scroll || getComputedStyle(this.#scroll).overflowY !== "visible") return false;
    const { bottom } = this.#scroll.getBoundingClientRect();
    return bottom > 0 && bottom < window.innerHeight && !navigator.userActivation?.isActive;
  }

  #flush() {
    const first = this.#list?.querySelector(".timeline-entry:not([hidden])");
    if (this.#still) this.#still.over(first, () => this.#show());
    else this.#show();
  }

  #show() {
    const missing = this.#count > this.#waiting.length;
    this.#count = 0;
    this.#offered?.remove();
    this.#offered = null;
    if (missing) this.#list?.replaceChildren();
    for (const entry of this.#waiting.splice(0)) this.#insert(entry);
    if (missing) this.#older(this.#list?.lastElementChild);
    this.#trim();
  }

  #insert({ html }) {
    const item = elementOf(html);
    if (!item || !this.#list) return;
    item.hidden = !this.#wanted(item);
    item.classList.add("entry-new");
    setTimeout(() => item.classList.remove("entry-new"), NEW);
    this.#list.prepend(item);
    if (item.dataset.amends) this.#correct(item.dataset);
    arrived(item);
  }

  // What it corrects links to it, as it does in a page that is opened later.
  #correct({ amends, seq }) {
    const entry = this.#list.querySelector(`:scope > [data-seq="${CSS.escape(amends)}"]`);
    const address = `${this.#filter?.getAttribute("action")}?before=${Number(seq) + 1}`;
    if (!entry || !this.#filter || entry.querySelector(`.entry-corrected[href="${address}"]`)) return;
    const link = document.createElement("a");
    link.className = "entry-corrected";
    link.href = address;
    link.textContent = `Corrected in #${seq}`;
    entry.querySelector("footer").append(" ", link);
  }

  // So many in sight, and so many that the filter hides.
  #trim() {
    const kept = { true: 0, false: 0 };
    for (const item of this.#list?.querySelectorAll(":scope > .timeline-entry") ?? []) {
      kept[item.hidden] += 1;
      if (kept[item.hidden] <= MOST) continue;
      if (!item.hidden) return this.#cut(item.previousElementSibling);
      item.remove();
    }
  }

  // Nothing stays below this entry but the way to it; unless somebody is there.
  #cut(last) {
    const below = [...this.#list.children].slice([...this.#list.children].indexOf(last) + 1);
    if (below.some((item) => item.contains(document.activeElement))) return;
    for (const item of below) item.remove();
    this.#older(last);
  }

  #older(last) {
    if (!last || !this.#filter) return;
    const asked = new URLSearchParams(new FormData(this.#filter));
    for (const [name, value] of [...asked]) if (!value) asked.delete(name);
    asked.set("before", last.dataset.seq);
    const item = elementOf(OLDER);
    const address = `${this.#filter.getAttribute("action")}?${asked}`;
    item.firstElementChild.setAttribute("href", address);
    item.firstElementChild.setAttribute("hx-get", address);
    this.#list.append(item);
    arrived(item);
  }

  #offer() {
    if (!this.#scroll) return;
    if (!this.#offered) {
      this.#offered = elementOf(
        '<button type="button" class="button button-small timeline-waiting"></button>',
      );
      this.#offered.addEventListener("click", () => this.#up());
      this.#scroll.prepend(this.#offered);
    }
    this.#offered.textContent = `${this.#count} new`;
  }

  // The person asked to see them: the button goes, so its focus passes to the list.
  #up() {
    this.#show();
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
