// Who is in the room now, as the server says it. Read out to nobody, and not shown while the server
// cannot say it.

export class Presence {
  #line = document.getElementById("presence");
  #html = "";

  constructor() {
    const menu = () => this.#line?.querySelector("details[open]");
    document.addEventListener("click", ({ target }) => {
      if (menu() && !this.#line.contains(target)) menu().open = false;
    });
    this.#line?.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape" || !menu()) return;
      menu().open = false;
      this.#line.querySelector("summary").focus();
    });
  }

  show(html) {
    if (!this.#line || html === this.#html) return;
    this.#html = html;
    const before = this.#line.querySelector("details");
    const focused = this.#line.contains(document.activeElement);
    this.#line.innerHTML = html;
    const after = this.#line.querySelector("details");
    if (after && before) after.open = before.open;
    if (after && focused) after.querySelector("summary").focus({ preventScroll: true });
  }

  stand(state) {
    if (state === "lost" || state === "over") this.show("");
  }
}
