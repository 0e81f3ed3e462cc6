// Single keys outside fields, each shown on its control; they can be switched off in settings.
import { pageForm } from "./first_field.js";
import { unpack } from "./unpack.js";

const inField = (target) => target.closest("input:not([type=radio],[type=checkbox]),textarea,select,[contenteditable]");

// The form in which one is, or else the one that the page is for.
function submitFocused(event) {
  const form = event.target.closest("form") ?? (document.querySelector("dialog[open]") ? null : pageForm());
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
}

function act(element) {
  if (element.matches("input,textarea,select")) element.focus();
  else element.click();
}

export function startKeys() {
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return submitFocused(event);
    if (event.key === "Escape" && inField(event.target)) return event.target.blur();
    if (document.documentElement.dataset.keys === "off") return;
    if (event.ctrlKey || event.metaKey || event.altKey || inField(event.target)) return;
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "?") return showShortcuts();
    const key = event.key.length === 1 ? event.key.toUpperCase() : "";
    if (!key) return;
    const usable = usableFor(key) ?? (unpack(document.getElementById("palette")), usableFor(key));
    if (!usable) return;
    event.preventDefault();
    act(usable);
  });
}

function showShortcuts() {
  const dialog = document.getElementById("shortcuts");
  unpack(dialog);
  dialog?.showModal();
}

function usableFor(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
  // What stands on the page comes before the palette: its rows are the last on every page.
  found.sort((one, other) => one.matches(".palette-button") - other.matches(".palette-button"));
  return found.find((element) => !element.disabled && canBeUsed(element));
}

// A command folded into a menu keeps its key, one that this person may not use has none. The palette
// offers only what they may.
function canBeUsed(element) {
  if (element.closest("[popover]")) return document.body.classList.contains("may-command");
  return Boolean(element.closest("#palette")) || element.checkVisibility();
}
