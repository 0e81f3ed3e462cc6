// What is typed into a form stays in this browser until the form was sent: a crash, a closed tab or
// an ended session costs nothing. Kept for one person; signing out forgets all of it.
const person = document.querySelector('meta[name="person"]')?.content;
const PREFIX = "warroom-kept:";
const place = (form) => `${PREFIX}${person}:${form.dataset.keep}`;
const fields = (form) => form.querySelectorAll("textarea, input[type=text], input[type=search], input[type=url]");

function save(form) {
  const typed = {};
  for (const field of fields(form)) {
    if (field.name && field.value && field.value !== field.defaultValue) typed[field.name] = field.value;
  }
  if (Object.keys(typed).length) localStorage.setItem(place(form), JSON.stringify(typed));
  else localStorage.removeItem(place(form));
}

function restore(form) {
  const kept = JSON.parse(localStorage.getItem(place(form)) || "null");
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

export function startKeeping() {
  document.querySelector("[data-sign-out]")?.addEventListener("submit", forgetAll);
  if (!person) return;
  for (const form of document.querySelectorAll("form[data-keep]")) {
    restore(form);
    form.addEventListener("input", () => save(form));
    // Sent: the server now answers for it, and gives it back itself when it refuses.
    if (!("composer" in form.dataset)) form.addEventListener("submit", () => forget(form));
  }
}
