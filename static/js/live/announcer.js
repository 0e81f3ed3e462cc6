// What is read out. Several polite ones within five seconds become one sentence.

const WINDOW = 5000;

export class Announcer {
  #polite = document.getElementById("announce-politely");
  #now = document.getElementById("announce-now");
  #gathered = [];
  #window = 0;

  entry({ announce, say }) {
    if (announce === "now") this.now(say);
    else if (announce === "politely") this.politely(say);
  }

  now(sentence) {
    if (this.#now) this.#now.textContent = sentence;
  }

  politely(sentence) {
    if (this.#window) {
      this.#gathered.push(sentence);
      return;
    }
    this.#say(sentence);
    this.#window = setTimeout(() => this.#close(), WINDOW);
  }

  #close() {
    this.#window = 0;
    const gathered = this.#gathered.splice(0);
    if (gathered.length === 1) this.politely(gathered[0]);
    else if (gathered.length) this.politely(`${gathered.length} new entries`);
  }

  #say(sentence) {
    if (this.#polite) this.#polite.textContent = sentence;
  }
}
