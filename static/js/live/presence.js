// Who is in the room now, as the server says it. Read out to nobody, and not shown while the server
// cannot say it.

export class Presence {
  #line = document.getElementById("presence");
  #html = "";

  show(html) {
    if (!this.#line || html === this.#html) return;
    this.#html = html;
    this.#line.innerHTML = html;
  }

  stand(state) {
    if (state === "lost" || state === "over") this.show("");
  }
}
