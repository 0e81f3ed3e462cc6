// The browser's own notifications of what waits for this person, while a page is open. Each browser
// is asked by itself, and remembers for whom it was switched on.
const ON = "warroom-notify";
const SHOWN = "warroom-notified";
const EVERY = 20_000;

const person = document.querySelector("meta[name=person]");
const kept = {
  get: (key) => { try { return localStorage.getItem(key); } catch { return null; } },
  set: (key, value) => { try { localStorage.setItem(key, value); } catch { /* then it is off */ } },
  drop: (key) => { try { localStorage.removeItem(key); } catch { /* it was never on */ } },
};
const supported = () => "Notification" in window;
const isOn = () => supported() && Notification.permission === "granted" && kept.get(ON) === person.content;

function show({ id, title, said, href }) {
  // Of several tabs the first shows it; the tag holds for those that look at the same instant.
  if (id && Number(kept.get(SHOWN) ?? 0) >= id) return;
  if (id) kept.set(SHOWN, id);
  const notification = new Notification(title, { body: said, tag: `warroom-${id ?? "test"}` });
  notification.onclick = () => {
    window.focus();
    notification.close();
    if (href) location.assign(href);
  };
}

class Watch {
  #url;
  #after = null;
  #asking = false;

  constructor(url) {
    this.#url = url;
    setInterval(() => this.ask(), EVERY);
    document.addEventListener("warroom:duties", () => this.ask());
    this.ask();
  }

  // The first answer only says where this page begins: what is older stands on it already.
  async ask() {
    if (this.#asking || !isOn()) return;
    this.#asking = true;
    try {
      const query = this.#after === null ? "" : `?after=${this.#after}`;
      const answer = await fetch(this.#url + query, { redirect: "manual" });
      if (!answer.ok) return;
      const { last, notices } = await answer.json();
      this.#after = Math.max(last, this.#after ?? 0);
      notices.forEach(show);
    } catch {
      // away: asked again later
    } finally {
      this.#asking = false;
    }
  }
}

function startPanel(panel) {
  const part = (name) => panel.querySelector(`[data-notify-${name}]`);
  const said = () => {
    if (!supported()) return "This browser shows no notifications.";
    if (Notification.permission === "denied") return "This browser was told to show none of ours. Its own settings can change that.";
    return isOn() ? "It is on in this browser." : "It is off in this browser.";
  };
  const draw = () => {
    part("state").textContent = said();
    part("on").hidden = !supported() || isOn() || Notification.permission === "denied";
    part("off").hidden = !isOn();
  };
  part("on").addEventListener("click", async () => {
    if ((await Notification.requestPermission()) === "granted") kept.set(ON, person.content);
    draw();
  });
  part("off").addEventListener("click", () => {
    kept.drop(ON);
    draw();
  });
  document.querySelector("[data-notify-test]")?.addEventListener("click", () => {
    if (isOn()) show({ title: "Warroom: test", said: "Notices reach you here." });
  });
  draw();
}

export function startNotifying() {
  if (!person) return;
  const panel = document.querySelector("[data-notify]");
  if (panel) startPanel(panel);
  new Watch(person.dataset.notices);
}
