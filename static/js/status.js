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
const ASK_AGAIN = 60000;
const LONGEST = 60000;

let print = "";
let attempt = 0;
let asking = 0;

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
async function ask() {
  clearTimeout(asking);
  asking = setTimeout(ask, ASK_AGAIN * (0.75 + Math.random() / 2));
  if (document.hidden) return;
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } });
    if (!answer.ok) return;
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById("status-live");
    if (fresh && fresh.innerHTML !== kept) {
      kept = fresh.innerHTML;
      show(kept);
    }
  } catch {
    // No line: the next round asks again.
  }
}

function listen() {
  const socket = new WebSocket(`${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/ws/status/?print=${print}`);
  socket.onopen = () => {
    attempt = 0;
    clearTimeout(asking);
    tell("This page updates itself.");
    if (missed) ask().then(() => clearTimeout(asking));
    missed = false;
  };
  socket.onmessage = (event) => {
    const message = JSON.parse(event.data);
    if (message.print === print) return;
    const first = !print;
    print = message.print;
    if (live.dataset.path === FRONT) show(message.html);
    else if (!first) setTimeout(() => ask().then(() => clearTimeout(asking)), Math.random() * 2000);
  };
  socket.onclose = () => {
    missed = true;
    tell("It is not live at the moment and asks for news each minute.");
    clearTimeout(asking);
    asking = setTimeout(ask, ASK_AGAIN * (0.75 + Math.random() / 2));
    setTimeout(listen, Math.min(LONGEST, 1000 * 2 ** attempt++) * (0.5 + Math.random()));
  };
}

let missed = false;
let kept = live.innerHTML;
regroup(live);
localise(document);
listen();
