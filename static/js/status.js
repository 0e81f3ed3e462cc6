// The status page keeps itself current: told by a socket, else by asking again. Times are shown in
// the reader's zone. What somebody types (the form below) stands outside of what is exchanged.
const live = document.getElementById("status-live");
const said = document.getElementById("status-said");
const state = document.getElementById("status-connection");
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
const today = new Intl.DateTimeFormat("en-GB", { dateStyle: "short" });
const long = new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "long" });
const FRONT = "/status/";
// Without a socket it asks every few seconds; with one, or when the server is full, each minute.
const ASK_MS = 7000;
const ASK_SELDOM_MS = 60000;
const ASK_TIMEOUT_MS = 5000;
const CONNECT_MS = 5000;
const RETRY_MAX_MS = 60000;
const TRY_AGAIN_LATER = 1013;

let print = "";
let attempt = 0;
let asking = 0;
let every = ASK_MS;
let socket = null;
let retry = 0;
let connect = 0;

function localise(node) {
  for (const element of node.querySelectorAll("time[datetime]")) {
    const moment = new Date(element.dateTime);
    const isToday = today.format(moment) === today.format(new Date());
    element.title = element.dateTime;
    element.textContent = (isToday ? clock : full).format(moment);
  }
}

// A list of days comes with the days of UTC; the reader's begin and end at another hour.
function regroup(node) {
  for (const list of node.querySelectorAll("[data-days]")) {
    const incidents = new Map();
    for (const entry of list.querySelectorAll("[data-since]")) incidents.set(entry.dataset.code, entry);
    const now = new Date();
    const days = Array.from({ length: Number(list.dataset.days) }, (_, back) => {
      const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back);
      const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back + 1);
      return dayOf(day, [...incidents.values()].filter((entry) => wasOpen(entry, day, next)));
    });
    list.replaceChildren(...days);
  }
}

// The bars of a service: how deep each is cut, by the worst state of that day of the reader's.
const CUTS = { degraded_performance: 7, partial_outage: 11, major_outage: 15 };

function recount(node) {
  for (const bars of node.querySelectorAll("[data-spans]")) {
    const spans = bars.dataset.spans.split(",").filter(Boolean).map((span) => span.split(" "));
    const now = new Date();
    const count = Number(bars.dataset.bars);
    const cuts = Array.from({ length: count }, (_, place) => {
      const back = count - 1 - place;
      const day = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back);
      const next = new Date(now.getFullYear(), now.getMonth(), now.getDate() - back + 1);
      const open = spans.filter(([, since, until]) => new Date(since) < next && (!until || new Date(until) >= day));
      return Math.max(0, ...open.map(([state]) => CUTS[state] ?? 0));
    });
    bars.querySelectorAll("rect").forEach((bar, place) => {
      const cut = cuts[place] ?? 0;
      bar.setAttribute("class", !cut ? "day-good" : cut === CUTS.major_outage ? "day-bad" : "day-part");
      bar.setAttribute("y", cut);
      bar.setAttribute("height", 20 - cut);
    });
    const bad = cuts.filter(Boolean).length;
    bars.querySelector("[data-trouble]").textContent = bad ? `${bad} day${bad === 1 ? "" : "s"} with trouble` : "no trouble";
  }
  for (const sentence of node.querySelectorAll("[data-days-zone]")) sentence.textContent = "Days are those of your zone.";
}

function wasOpen(entry, day, next) {
  const { since, until } = entry.dataset;
  return new Date(since) < next && (!until || new Date(until) >= day);
}

function dayOf(day, entries) {
  const part = Object.fromEntries(long.formatToParts(day).map(({ type, value }) => [type, value]));
  const row = document.createElement("li");
  const name = document.createElement("span");
  const content = document.createElement(entries.length ? "div" : "p");
  name.textContent = `${part.weekday} ${part.day} ${part.month}`;
  content.append(...(entries.length ? entries.map((entry) => entry.cloneNode(true)) : ["No trouble."]));
  row.append(name, content);
  return row;
}

function swap(html) {
  const focused = document.activeElement?.closest("#status-live") ? document.activeElement.getAttribute("href") : null;
  live.innerHTML = html;
  regroup(live);
  recount(live);
  localise(live);
  if (focused) live.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
}

function show(html) {
  const before = live.querySelector(".status-update")?.textContent;
  swap(html);
  const now = live.querySelector(".status-update")?.textContent;
  const headline = live.querySelector("h1")?.textContent;
  if (headline) document.title = document.title.replace(/^.* · /, `${headline} · `);
  if (before !== now) said.textContent = `This page has changed. ${headline ?? ""}`;
}

const tell = (words) => (state.textContent = `Times are in your zone, ${zone}. ${words}`);

// A page that nobody sees asks when it is seen again.
function askLater() {
  clearTimeout(asking);
  asking = setTimeout(ask, every * (0.75 + Math.random() / 2));
}

async function ask() {
  askLater();
  if (document.hidden) return;
  const hanging = new AbortController();
  const timeout = setTimeout(() => hanging.abort(), ASK_TIMEOUT_MS);
  try {
    const request = { headers: { Accept: "text/html" }, signal: hanging.signal };
    const answer = await fetch(location.pathname, request);
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("status-live");
    if (fresh && fresh.innerHTML !== kept) {
      kept = fresh.innerHTML;
      show(kept);
    }
  } catch {
    // No line: the next round asks again.
  } finally {
    clearTimeout(timeout);
  }
}

function listen() {
  clearTimeout(retry);
  clearTimeout(connect);
  // What stakeholders alone are told changes nothing that the socket tells of: their pages ask.
  if (!live.dataset.path) {
    every = ASK_SELDOM_MS;
    tell("This page asks for news each minute.");
    askLater();
    return;
  }
  const mine = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/status/?print=${print}`);
  socket = mine;
  connect = setTimeout(() => mine === socket && lost(), CONNECT_MS);
  mine.onopen = () => {
    if (mine !== socket) return;
    clearTimeout(connect);
    attempt = 0;
    every = ASK_SELDOM_MS;
    tell("This page updates itself.");
    if (missed) ask();
    else askLater();
    missed = false;
  };
  mine.onmessage = (event) => {
    if (mine !== socket) return;
    const message = JSON.parse(event.data);
    if (message.print === print) return;
    const first = !print;
    print = message.print;
    if (live.dataset.path === FRONT) show(message.html);
    else if (!first) setTimeout(ask, Math.random() * 2000);
  };
  mine.onclose = (event) => mine === socket && lost(event.code);
}

function lost(code = 0) {
  const before = socket;
  socket = null;
  clearTimeout(connect);
  before?.close();
  missed = true;
  every = code === TRY_AGAIN_LATER ? ASK_SELDOM_MS : ASK_MS;
  tell(`It is not live at the moment and asks for news ${code === TRY_AGAIN_LATER ? "each minute" : "every few seconds"}.`);
  askLater();
  retry = setTimeout(listen, Math.min(RETRY_MAX_MS, 1000 * 2 ** attempt++) * (0.5 + Math.random()));
}

// The reader is back, or the network is: a line from before may be dead without saying so.
function again() {
  if (document.hidden) return;
  attempt = 0;
  missed = true;
  const before = socket;
  socket = null;
  before?.close();
  listen();
  ask();
}

let missed = false;
let kept = live.innerHTML;
regroup(live);
recount(live);
localise(document);
listen();
document.addEventListener("visibilitychange", again);
window.addEventListener("online", again);
window.addEventListener("pageshow", (event) => event.persisted && again());
