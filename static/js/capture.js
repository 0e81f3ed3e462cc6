// Files dragged or pasted onto the form land in its file field, and what is over a limit is said
// before it is sent. Without this script the form works the same, only the server says it.
const MAX_TEXT = 1024 * 1024;
const MAX_FILE = 10 * 1024 * 1024;
const HINT = "Paste text or a picture, or drop a file here.";
const WITH_FILE = ["log", "check", "metric", "file"];

const form = document.querySelector("form[data-capture]");
const zone = form.querySelector("[data-drop]");
const said = form.querySelector("[data-drop-said]");
const { file, text } = form.elements;

function readable(bytes) {
  return bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1024))} KiB` : `${(bytes / 1048576).toFixed(1)} MiB`;
}

function problem() {
  const chosen = file.checkVisibility() ? file.files[0] : null;
  if (chosen?.size > MAX_FILE) {
    return [file, `${chosen.name} is over 10 MiB. Cut or compress it, or capture a link to where it lies.`];
  }
  if (new Blob([text.value]).size > MAX_TEXT) {
    return [text, "The text is over 1 MiB. Keep the lines that matter, or attach it as a file."];
  }
  return null;
}

function tell() {
  const found = problem();
  const chosen = file.files[0];
  said.classList.toggle("field-problem", Boolean(found));
  said.textContent = found ? found[1] : chosen ? `${chosen.name}, ${readable(chosen.size)}` : HINT;
  return found;
}

function take(files) {
  const one = new DataTransfer();
  one.items.add(files[0]);
  file.files = one.files;
  if (!WITH_FILE.includes(form.elements.kind.value)) form.elements.kind.value = "file";
  tell();
  if (files.length > 1) said.textContent += `. One file an item: ${files.length - 1} more left out.`;
}

const carriesFiles = (transfer) => transfer?.types.includes("Files");

for (const name of ["dragenter", "dragover"]) {
  zone.addEventListener(name, (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    zone.classList.add("is-dropping");
  });
}
zone.addEventListener("dragleave", (event) => {
  if (!zone.contains(event.relatedTarget)) zone.classList.remove("is-dropping");
});
zone.addEventListener("drop", (event) => {
  zone.classList.remove("is-dropping");
  if (!event.dataTransfer.files.length) return;
  event.preventDefault();
  take(event.dataTransfer.files);
});
form.addEventListener("paste", (event) => {
  const { files, types } = event.clipboardData;
  if (!files.length || types.includes("text/plain")) return;
  event.preventDefault();
  take(files);
});
tell();
form.addEventListener("change", tell);
form.addEventListener("submit", (event) => {
  const found = tell();
  if (!found) return;
  // Not on to the listener that marks the form as sent.
  event.stopPropagation();
  event.preventDefault();
  found[0].focus();
});
