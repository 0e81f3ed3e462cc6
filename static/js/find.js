// What the server finds for the palette: asked for when typing rests, and the last answer counts.
const DELAY_MS = 200;
const MIN_CHARACTERS = 2;

export class Finder {
  #form;
  #show;
  #waiting = 0;
  #request = null;

  // `show` is given the rows as HTML, and what is said of them; both empty while there is nothing to find.
  constructor(form, show) {
    this.#form = form;
    this.#show = show;
  }

  find(text) {
    clearTimeout(this.#waiting);
    this.#request?.abort();
    if (text.length < MIN_CHARACTERS) return this.#show("", "");
    this.#show("", "Searching…");
    this.#waiting = setTimeout(() => this.#ask(text), DELAY_MS);
  }

  async #ask(text) {
    const request = (this.#request = new AbortController());
    const wanted = new URLSearchParams(new FormData(this.#form));
    wanted.set("q", text);
    try {
      const answer = await fetch(`${this.#form.action}?${wanted}`, {
        headers: { "HX-Request": "true" },
        credentials: "same-origin",
        signal: request.signal,
      });
      if (answer.redirected) return this.#show("", "You are signed out. Sign in again in another tab.");
      if (!answer.ok) throw new Error(answer.statusText);
      const html = await answer.text();
      const count = Number(answer.headers.get("X-Found"));
      this.#show(html, count ? `${count} found` : "Nothing else is found.");
    } catch {
      if (!request.signal.aborted) this.#show("", "The search does not answer. Type on to try again.");
    }
  }
}
