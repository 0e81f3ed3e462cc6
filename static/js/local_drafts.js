// What is typed into a form stays in this browser until the server has it: a crash, a closed tab, a
// lost connection or an ended session costs nothing. Kept for one person and a day; signing out forgets
// it all, in every tab.
// Each page keeps its own under the key of its form, so that two tabs do not overwrite each other:
// { at, typed, before }, where "before" are the keys of those that it was restored from.
const person = document.querySelector('meta[name="person"]')?.content;
const PREFIX = "warroom-kept:";
const SENT = "warroom-sent";
const LEFT = "warroom-left"; // a cookie of the server's, and when this browser last obeyed it
const MAX_AGE_MS = 24 * 3600 * 1000;
const places = new WeakMap();
const prefixOf = (form) => `${PREFIX}${person}:${form.dataset.keep}#`;
const fields = (form) => form.querySelectorAll("textarea, input[type=text], input[type=search], input[type=url]");

function read(store, name) {
  try {
    return JSON.parse(store.getItem(name));
  } catch {
    return null;
  }
}

function write(store, name, value) {
  try {
    store.setItem(name, JSON.stringify(value));
  } catch {
    // Full: the form works as before, only nothing more is kept.
  }
}

// A page that was opened before somebody signed out, in this tab or another, keeps nothing any more.
const isOver = () => Number(read(localStorage, LEFT) ?? 0) > performance.timeOrigin;

function save(form) {
  if (isOver()) return;
  const place = places.get(form);
  const before = read(localStorage, place.key)?.typed || place.restored;
  const typed = {};
  for (const field of fields(form)) {
    // After a refusal what was typed is the field's default, and is still worth keeping.
    const own = field.value !== field.defaultValue || field.name in before;
    if (field.name && field.value && own) typed[field.name] = field.value;
  }
  if (Object.keys(typed).length) write(localStorage, place.key, { at: Date.now(), typed, before: place.before });
  else forget(form);
}

function newest(prefix) {
  const keys = Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  const entries = keys.map((key) => ({ key, ...read(localStorage, key) })).filter((entry) => entry.typed);
  return entries.sort((a, b) => b.at - a.at)[0];
}

function restore(form, place) {
  const kept = newest(prefixOf(form));
  if (!kept) return;
  place.restored = kept.typed;
  place.before = [...(kept.before || []), { key: kept.key, at: kept.at }];
  let restored = false;
  for (const field of fields(form)) {
    if (kept.typed[field.name] && !field.value) {
      field.value = kept.typed[field.name];
      restored = true;
    }
  }
  if (restored) say(form);
}

function say(form) {
  const notice = document.createElement("p");
  notice.className = "draft-state";
  notice.textContent = "What you had typed here is back.";
  form.prepend(notice);
}

// What another tab has typed since stays.
function forgetPlace({ key, before }) {
  localStorage.removeItem(key);
  for (const each of before) if (read(localStorage, each.key)?.at === each.at) localStorage.removeItem(each.key);
}

export function forget(form) {
  const place = places.get(form);
  if (place) forgetPlace(place);
}

// What is too old, and what somebody else typed at this machine.
function forgetOldAndOthers() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const isOld = !(read(localStorage, key)?.at > Date.now() - MAX_AGE_MS);
    if (isOld || (person && !key.startsWith(`${PREFIX}${person}:`))) localStorage.removeItem(key);
  }
}

function forgetAll() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  write(localStorage, LEFT, Date.now());
}

// Somebody signed out, by whichever door: the server says so to the next page.
function obeySignOut() {
  if (!document.cookie.split("; ").some((pair) => pair.startsWith(`${LEFT}=`))) return;
  forgetAll();
  document.cookie = `${LEFT}=; Max-Age=0; Path=/; SameSite=Lax`;
}

// The server names the form that it took. The page that came next may be left before it has run this,
// so any later page may be the one that forgets.
function settle() {
  const sent = read(sessionStorage, SENT);
  const taken = document.cookie.match(/(?:^|; )warroom-taken=([0-9a-f-]+)/);
  sessionStorage.removeItem(SENT);
  if (sent && taken && taken[1] === sent.once) forgetPlace(sent.place);
}

function watch(form) {
  const once = form.elements.namedItem("once");
  const place = { key: prefixOf(form) + (once?.value ?? ""), before: [], restored: {} };
  places.set(form, place);
  restore(form, place);
  form.addEventListener("input", () => save(form));
  if ("composer" in form.dataset) return;
  form.addEventListener("submit", () => {
    write(sessionStorage, SENT, { once: once?.value, place });
  });
}

export function startLocalDrafts() {
  for (const form of document.querySelectorAll("[data-sign-out]")) form.addEventListener("submit", forgetAll);
  obeySignOut();
  settle();
  forgetOldAndOthers();
  if (!person) return;
  for (const form of document.querySelectorAll("form[data-keep]")) watch(form);
  // A form that came later, in the place of one that nobody had typed into.
  document.addEventListener("warroom:fragment", ({ target }) => {
    for (const form of target.querySelectorAll("form[data-keep]")) watch(form);
  });
}
