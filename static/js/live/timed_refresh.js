// What changes by time alone: a window of the first hour begins, something is late, a checkpoint is
// overdue. Nothing is recorded then, so nothing is pushed. The page knows the next such moment (from
// <main data-moment="2026-03-05T14:10:01+00:00" data-moment-duties>, then from each message with
// panels) and asks the server once when it has come: never before it by the server's clock, up to
// three seconds after it so that a thousand pages do not ask at one instant, and only while somebody
// can see the page. The server renders one answer for all. Socket or polling makes no difference.
//
// A push between moments tells the next one too. While a moment that has come is not answered it is
// not put off by a push: that may carry only some of the panels.

import { serverNow } from "../clocks.js";

const JITTER = 3000;
const SOON = 250;
const AGAIN = 10000;
const LONGEST = 3600000;
const SLEPT = 60000;

export class TimedRefresh {
  #look;
  #duties;
  #at = NaN;
  #withDuties = false;
  #timer = 0;
  #looking = false;

  // look: asks for the panels, and says whether the server answered; duties: asks what is next to do.
  constructor(main, look, duties) {
    this.#look = look;
    this.#duties = duties;
    const { moment, momentDuties } = main.dataset;
    this.next(moment ? { at: moment, duties: momentDuties !== undefined } : null);
    document.addEventListener("visibilitychange", () => this.#wait());
    window.addEventListener("pageshow", (event) => event.persisted && this.#wait());
  }

  next(moment) {
    if (!this.#looking && this.#at <= serverNow()) return;
    this.#at = moment ? Date.parse(moment.at) : NaN;
    this.#withDuties = Boolean(moment?.duties);
    if (!this.#looking) this.#wait();
  }

  #wait(least = 0) {
    clearTimeout(this.#timer);
    if (this.#looking || Number.isNaN(this.#at) || document.visibilityState !== "visible") return;
    const left = Math.max(this.#at - serverNow(), least) + SOON + Math.random() * JITTER;
    this.#timer = setTimeout(() => this.#come(), Math.min(left, LONGEST));
  }

  async #come() {
    const late = serverNow() - this.#at;
    if (late < 0) return this.#wait();
    const duties = this.#withDuties || late > SLEPT;
    this.#looking = true;
    const answered = await this.#look();
    this.#looking = false;
    if (answered && duties) this.#duties();
    this.#wait(answered ? 0 : AGAIN);
  }
}
