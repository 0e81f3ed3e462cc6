// What is typed into a form stays in this browser until the server has it: a crash, a closed tab, a
// lost connection or an ended session costs nothing. Kept for one person; signing out forgets it all.
const person = document.querySelector('meta[name="person"]')?.content;
const PREFIX = "warroom-kept:";
const SENT = "warroom-sent";
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

function save(form) {
  const before = read(localStorage, place(form)) || {};
  const typed = {};
  for (const field of fields(form)) {
    // After a refusal what was typed is the field's default, and is still worth keeping.
    const own = field.value !== field.defaultValue || field.name in before;
    if (field.name && field.value && own) typed[field.name] = field.value;
  }
  if (Object.keys(typed).length) write(localStorage, place(form), typed);
  else forget(form);
}

function restore(form) {
  const kept = read(localStorage, place(form));
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
  settle();
  if (!person) return;
  for (const form of document.querySelectorAll("form[data-keep]")) watch(form);
  // A form that came later, in the place of one that nobody had typed into.
  document.addEventListener("warroom:fragment", ({ target }) => {
    for (const form of target.querySelectorAll("form[data-keep]")) watch(form);
  });
}
