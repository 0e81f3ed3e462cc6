// The way to the server: a socket, and polling when there is none. It says in which state it is:
// "live", "polling", "lost" (with the seconds until the next try), "over".

import { pause } from "./backoff.js";

// A way that is dead without saying so must be noticed, and the page be fresh again, within ten seconds.
const POLL = 2500;
const POLL_TIMEOUT_MS = 4000;
const FIRST_POLL_MS = 1000;
const BESIDE = 15000;
const PING = 5000;
const ANSWER = 3000;
const CONNECT_MS = 4000;
const CONNECT_MAX_MS = 12000;
const SETTLE_MS = 1000;
const OVER = new Set([4401, 4403, 4404]);
const SHUT = "You no longer take part in this incident.";

export class Connection {
  #paths;
  #seq;
  #handlers;
  #tell;
  #socket = null;
  #failures = 0;
  #retry = 0;
  #retryAt = 0;
  #poll = 0;
  #ping = 0;
  #answer = 0;
  #connect = 0;
  #openedAt = 0;
  #request = null;
  #live = false;
  #polled = false;
  #over = false;

  constructor(paths, seq, handlers, tell) {
    this.#paths = paths;
    this.#seq = seq;
    this.#handlers = handlers;
    this.#tell = tell;
  }

  start() {
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.now();
    });
    window.addEventListener("online", () => this.now());
    window.addEventListener("offline", () => this.#check());
    window.addEventListener("pagehide", () => this.#socket?.close());
    window.addEventListener("pageshow", (event) => event.persisted && this.now());
    this.#open();
  }

  // Look at once: the person came back, or asked.
  now() {
    if (this.#over) return;
    if (this.#socket?.readyState === WebSocket.OPEN) return this.#check();
    this.#failures = 0;
    // What hangs since before may hang for minutes: it is not waited for.
    if (this.#poll) {
      this.#request?.abort();
      this.#pollAfter(0);
    }
    this.#openAnew();
  }

  #openAnew() {
    if (this.#socket && Date.now() - this.#openedAt < SETTLE_MS) return;
    this.#drop();
    this.#open();
  }

  #drop() {
    const socket = this.#socket;
    this.#socket = null;
    clearTimeout(this.#connect);
    socket?.close();
  }

  // One poll, whatever the socket does: the same messages by the other way. With "look" the panels
  // come even when nothing was recorded.
  async catchUp(look = "") {
    if (this.#over) return false;
    const asking = new AbortController();
    this.#request = asking;
    const timeout = setTimeout(() => asking.abort(), POLL_TIMEOUT_MS);
    try {
      const response = await fetch(this.#asking(look), {
        headers: { Accept: "application/json" },
        redirect: "manual",
        signal: asking.signal,
      });
      if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) {
        const signedOut = response.type === "opaqueredirect" || response.status === 401;
        this.#end(signedOut ? "You are signed out." : this.#paths.shut || SHUT);
        return false;
      }
      if (!response.ok) return false;
      for (const message of (await response.json()).messages) this.#handle(message);
      return true;
    } catch {
      return false;
    } finally {
      clearTimeout(timeout);
    }
  }

  #asking(look) {
    const url = this.#address(this.#paths.poll);
    if (look) url.searchParams.set(look, "");
    return url;
  }

  // What this page has, and where in the incident it stands: others see who is on which lane.
  #address(path) {
    const url = new URL(path, window.location.href);
    url.searchParams.set("after", this.#seq());
    if (this.#paths.place) url.searchParams.set("at", this.#paths.place);
    return url;
  }

  #open() {
    clearTimeout(this.#retry);
    const url = this.#address(this.#paths.socket);
    url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
    const socket = new WebSocket(url);
    this.#socket = socket;
    this.#openedAt = Date.now();
    // Longer with each try, for a line that is slow and not dead.
    const wait = Math.min(CONNECT_MS * (this.#failures + 1), CONNECT_MAX_MS);
    clearTimeout(this.#connect);
    this.#connect = setTimeout(() => {
      if (socket !== this.#socket) return;
      this.#drop();
      this.#closed(1006);
    }, wait);
    socket.onmessage = (event) => socket === this.#socket && this.#receive(event.data);
    socket.onclose = (event) => socket === this.#socket && this.#closed(event.code);
  }

  #receive(data) {
    const message = JSON.parse(data);
    clearTimeout(this.#answer);
    clearTimeout(this.#connect);
    this.#answer = 0;
    if (message.type === "live") this.#nowLive();
    else if (message.type === "degraded") this.#degraded();
    else if (message.type === "blind") this.#blind();
    else if (message.type === "ask") this.#socket.send("here");
    else if (message.type === "pong") message.seq > this.#seq() && this.catchUp();
    else this.#handle(message);
  }

  #handle(message) {
    if (message.type === "bye") this.#end(message.reason);
    else this.#handlers[message.type]?.(message);
  }

  #nowLive() {
    this.#failures = 0;
    this.#live = true;
    this.#stopPolling();
    clearInterval(this.#ping);
    this.#ping = setInterval(() => this.#check(), PING);
    this.#tell({ name: "live" });
  }

  // The socket stands, and the server looks by itself every two seconds and pushes what it finds. The
  // page asks for the rest now and then; thousands are told this at once and must not ask at once.
  #degraded() {
    this.#failures = 0;
    this.#live = false;
    this.#tell({ name: "polling" });
    if (!this.#poll) this.#pollAfter(Math.random() * BESIDE);
  }

  // The socket stands, and the server cannot read the record: asking it would bring nothing either.
  #blind() {
    this.#failures = 0;
    this.#live = false;
    this.#stopPolling();
    this.#retryAt = Date.now();
    this.#tellLost();
  }

  // A connection can be dead without saying so: ask, and give up on silence.
  #check() {
    if (this.#socket?.readyState !== WebSocket.OPEN || this.#answer) return;
    const asked = this.#socket;
    asked.send("ping");
    this.#answer = setTimeout(() => {
      this.#answer = 0;
      if (this.#socket !== asked) return;
      this.#drop();
      this.#closed(1006);
    }, ANSWER);
  }

  #closed(code) {
    clearInterval(this.#ping);
    clearTimeout(this.#answer);
    clearTimeout(this.#connect);
    this.#answer = 0;
    this.#socket = null;
    this.#live = false;
    if (this.#over) return;
    if (OVER.has(code)) {
      this.#end("The server closed the connection to this page.");
      return;
    }
    // What asked beside the socket asks too seldom without it.
    if (!this.#failures) this.#stopPolling();
    const wait = pause(this.#failures);
    this.#failures += 1;
    this.#retryAt = Date.now() + wait;
    this.#retry = setTimeout(() => this.#open(), wait);
    if (!this.#polled) this.#tellLost();
    // A server that starts again is back in a moment, and is not asked by all at once.
    if (!this.#poll) this.#pollAfter(FIRST_POLL_MS * (1 + Math.random()));
  }

  #tellLost() {
    this.#tell({ name: "lost", retryAt: this.#retryAt, again: this.#failures > 1 });
  }

  #pollAfter(wait) {
    clearTimeout(this.#poll);
    const mine = setTimeout(async () => {
      const polled = await this.catchUp();
      if (this.#poll !== mine) return; // stopped meanwhile
      const stands = this.#socket?.readyState === WebSocket.OPEN;
      // The server is reached again: so the socket is, perhaps long before its next try.
      if (polled && !this.#polled && !stands) this.#retrySoon();
      this.#polled = polled;
      if (polled) this.#tell({ name: "polling" });
      else if (!stands) this.#tellLost();
      this.#pollAfter(stands ? BESIDE * (0.75 + Math.random() / 2) : POLL);
    }, wait);
    this.#poll = mine;
  }

  #retrySoon() {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => this.#openAnew(), SETTLE_MS * Math.random());
  }

  #stopPolling() {
    clearTimeout(this.#poll);
    this.#poll = 0;
    this.#polled = false;
  }

  #end(reason) {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#retry);
    clearTimeout(this.#connect);
    this.#stopPolling();
    this.#socket?.close();
    this.#tell({ name: "over" });
    this.#handlers.bye({ reason });
  }
}
