// Times in the reader's zone, the running clock, and the countdown to the next checkpoint.
const root = document.documentElement;
const zone = root.dataset.zone || undefined;
const meta = document.querySelector('meta[name="server-time"]');
const offset = meta ? measured(Date.parse(meta.content)) : 0;
const spoken = new Set();

const time = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: zone });

// The server's clock counts: a laptop that is five minutes off must not show a checkpoint as kept.
// A page that comes back from the browser's cache still tells the time at which it was made, so what
// the newest page of this tab found stands until a newer one comes.
function measured(told) {
  const found = { told, offset: told - Date.now() };
  try {
    const known = JSON.parse(sessionStorage.getItem("warroom-clock"));
    if (known && told <= known.told) return known.offset;
    sessionStorage.setItem("warroom-clock", JSON.stringify(found));
  } catch {
    // Without storage every page measures for itself.
  }
  return found.offset;
}

export const serverNow = () => Date.now() + offset;

export function localise(node) {
  for (const element of node.querySelectorAll("time[data-clock]:not([data-local])")) {
    const moment = new Date(element.dateTime);
    const format = element.dataset.clock === "day" ? day : time;
    element.title = element.textContent;
    element.textContent = format.format(moment);
    element.dataset.local = "";
  }
}

const two = (number) => String(number).padStart(2, "0");

function elapsed(element, now) {
  const seconds = Math.max(0, Math.floor((now - Date.parse(element.dataset.elapsed)) / 1000));
  const minutes = `T+${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return "short" in element.dataset ? minutes : `${minutes}:${two(seconds % 60)}`;
}

function countdown(element, now) {
  const seconds = Math.floor((Date.parse(element.dataset.countdown) - now) / 1000);
  if (seconds < 0) {
    const late = Math.floor(-seconds / 60);
    return late < 1 ? "overdue" : `${late < 90 ? `${late} min` : `${Math.floor(late / 60)} h`} late`;
  }
  if (stands(element) === null) speak(element, seconds);
  const hours = Math.floor(seconds / 3600);
  const rest = `${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

function speak(element, seconds) {
  const { countdown: due, what = "the next checkpoint" } = element.dataset;
  for (const minutes of [5, 1]) {
    const key = `${due}-${minutes}-${what}`;
    if (seconds <= minutes * 60 && seconds > minutes * 60 - 5 && !spoken.has(key)) {
      spoken.add(key);
      const region = document.getElementById("announce-politely");
      if (region) region.textContent = `${minutes} minute${minutes > 1 ? "s" : ""} to ${what}`;
    }
  }
}

// In a room of the past the clocks stand where it stood.
function stands(element) {
  const then = element.closest("[data-now]");
  return then ? Date.parse(then.dataset.now) : null;
}

function tick() {
  const now = serverNow();
  for (const element of document.querySelectorAll("[data-elapsed]")) element.textContent = elapsed(element, now);
  for (const element of document.querySelectorAll("[data-countdown]")) element.textContent = countdown(element, stands(element) ?? now);
}

// A clock time that is typed means what the page shows: the server must know the reader's zone.
function tellZone() {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (own) document.cookie = `zone=${own}; path=/; SameSite=Lax; max-age=31536000`;
}

export function startClocks() {
  tellZone();
  localise(document);
  tick();
  setInterval(tick, 1000);
  for (const event of ["warroom:fragment", "htmx:afterSettle", "htmx:load"]) {
    document.addEventListener(event, () => {
      localise(document);
      tick();
    });
  }
}
