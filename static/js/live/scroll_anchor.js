// Lines that come above what is in sight: they are put there while the rest stands still, and then the
// list is scrolled to its top at once. Nothing slides, and a list that ends in sight does not push what
// is below it aside meanwhile.

const LONGEST = 1000;

export class ScrollAnchor {
  #box;
  #end = 0;
  #frame = 0;

  constructor(box) {
    this.#box = box;
    box.addEventListener("scrollend", () => box.scrollTop < 1 && this.#release());
    // Whoever takes hold of the list has it.
    for (const hold of ["wheel", "pointerdown", "keydown"]) {
      box.addEventListener(hold, () => this.#release(), { passive: true });
    }
  }

  get going() {
    return this.#end !== 0;
  }

  // change: puts something above this line.
  over(line, change) {
    if (!line || document.visibilityState !== "visible") return change();
    const box = this.#box;
    const [top, height] = [line.getBoundingClientRect().top, box.clientHeight];
    const ends = box.scrollHeight <= height;
    change();
    const grown = line.isConnected ? line.getBoundingClientRect().top - top : 0;
    if (grown <= 0) return;
    if (ends) {
      box.style.blockSize = `${height}px`;
      box.classList.add("is-held");
    }
    box.scrollTop += grown;
    clearTimeout(this.#end);
    this.#end = setTimeout(() => this.#arrive(), LONGEST);
    this.#drawn(() => this.#drawn(() => this.#rise()));
  }

  // Only when the list has been drawn where it stood, with the last that came.
  #drawn(then) {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(then);
  }

  #rise() {
    if (this.going) this.#box.scrollTo({ top: 0, behavior: "instant" });
  }

  // So much came that it never got there.
  #arrive() {
    this.#release();
    this.#box.scrollTop = 0;
  }

  #release() {
    clearTimeout(this.#end);
    this.#end = 0;
    this.#box.classList.remove("is-held");
    this.#box.style.blockSize = "";
  }
}
