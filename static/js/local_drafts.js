// What is typed into a form stays in this browser until the server has it: a crash, a closed tab, a
// lost connection or an ended session costs nothing. Kept for one person and a day; signing out forgets
// it all, in every tab.
const person = document.querySelector('meta[name="person"]')?.content;
const PREFIX = "warroom-kept:";
const SENT = "warroom-sent";
const LEFT = "warroom-left"; // a cookie of the server's, and when this browser last obeyed it
const MAX_AGE = 24 * 60 * 60 * 1000;
const place = (form) => `${PREFIX}${person}:${form.dataset.keep}`;
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
  const before = read(localStorage, place(form))?.typed || {};
  const typed = {};
  for (const field of fields(form)) {
    // After a refusal what was typed is the field's default, and is still worth keeping.
    const own = field.value !== field.defaultValue || field.name in before;
    if (field.name && field.value && own) typed[field.name] = field.value;
  }
  if (Object.keys(typed).length) write(localStorage, place(form), { at: Date.now(), typed });
  else forget(form);
}

function restore(form) {
  const kept = read(localStorage, place(form))?.typed;
  if (!kept) return;
  let restored = false;
  for (const field of fields(form)) {
    if (kept[field.name] && !field.value) {
      field.value = kept[field.name];
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

export function forget(form) {
  localStorage.removeItem(place(form));
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

// What is too old, and what somebody else typed at this machine.
function forgetOthers() {
  for (const key of Object.keys(localStorage)) {
    if (!key.startsWith(PREFIX)) continue;
    const age = Date.now() - (read(localStorage, key)?.at ?? 0);
    if (age > MAX_AGE || (person && !key.startsWith(`${PREFIX}${person}:`))) localStorage.removeItem(key);
  }
}

// The server names the form that it took. The page that came next may be left before it has run this,
// so any later page may be the one that forgets.
function settle() {
  const sent = read(sessionStorage, SENT);
  const taken = document.cookie.match(/(?:^|; )warroom-taken=([0-9a-f-]+)/);
  sessionStorage.removeItem(SENT);
  if (sent && taken && taken[1] === sent.once) localStorage.removeItem(sent.place);
}

function watch(form) {
  restore(form);
  form.addEventListener("input", () => save(form));
  if ("composer" in form.dataset) return;
  form.addEventListener("submit", () => {
    write(sessionStorage, SENT, { once: form.elements.namedItem("once")?.value, place: place(form) });
  });
}

export function startLocalDrafts() {
  for (const form of document.querySelectorAll("[data-sign-out]")) form.addEventListener("submit", forgetAll);
  obeySignOut();
  forgetOthers();
  settle();
  if (!person) return;
  for (const form of document.querySelectorAll("form[data-keep]")) watch(form);
  // A form that came later, in the place of one that nobody had typed into.
  document.addEventListener("warroom:fragment", ({ target }) => {
    for (const form of target.querySelectorAll("form[data-keep]")) watch(form);
  });
}
