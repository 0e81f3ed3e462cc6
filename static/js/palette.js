// Quick entry: <dialog id="palette"> filters its rows as one types, and [data-does] rows are done in
// place where the page can. What the server finds comes below them. The field is a combobox and keeps the
// focus; the rows are its options.
import { Finder } from "./find.js";
import { unpack } from "./unpack.js";

const NOTE = /^note(?:\s*:\s*|\s+)(\S[^]*)$/i;

const composer = () => document.querySelector("textarea[data-key=N]");

class Palette {
  #dialog;
  #field;
  #rows;
  #found;
  #state;
  #count;
  #finder;
  #chosen = null;
  #hasMoved = false;

  constructor(dialog) {
    this.#dialog = dialog;
    this.#field = dialog.querySelector("#palette-q");
    this.#rows = [...dialog.querySelectorAll("li > a")];
    this.#found = dialog.querySelector("[data-found]");
    this.#state = dialog.querySelector("[data-found-state]");
    this.#count = dialog.querySelector("[data-count]");
    this.#finder = new Finder(this.#field.form, (html, state) => this.#showFound(html, state));
    this.#describe();
    this.#field.addEventListener("input", () => this.#filter());
    this.#field.addEventListener("keydown", (event) => this.#move(event));
    this.#field.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#chosen?.click();
    });
    dialog.addEventListener("click", (event) => {
      const row = event.target.closest("li > a");
      if (row) this.#do(event, row);
    });
  }

  // Roles come with the script that makes them true: without it the rows are a list of links.
  #describe() {
    const list = this.#dialog.querySelector("#palette-rows");
    set(this.#field, { role: "combobox", "aria-expanded": "true", "aria-controls": list.id, "aria-autocomplete": "list" });
    set(list, { role: "listbox", "aria-label": "What you can do and find" });
    describeRows(list, "row");
  }

  // Rows that come late take the choice only from the typed text's own, and only until an arrow is pressed.
  #showFound(html, state) {
    this.#found.innerHTML = html;
    this.#state.textContent = state;
    this.#state.hidden = !state;
    describeRows(this.#found, "found");
    const isSettled = this.#hasMoved || (this.#chosen && !this.#chosen.closest("[data-typed]"));
    if (!isSettled || !this.#chosen?.isConnected) this.#choose(this.#shown()[0]);
  }

  open() {
    if (document.querySelector("dialog[open]")) return;
    this.#next();
    this.#dialog.showModal();
    this.#field.select();
    this.#filter();
  }

  // The one next thing moves with the room: it is read from there.
  #next() {
    const row = this.#rows.find(({ dataset }) => dataset.does === "next");
    if (!row) return;
    const next = document.querySelector("#next .next .button");
    row.parentElement.dataset.away = next ? "" : "yes";
    if (!next) return;
    row.href = next.href;
    row.querySelector("span > span").textContent = document.querySelector("#next h2").textContent;
  }

  #filter() {
    const text = this.#field.value.trim();
    const note = text.match(NOTE)?.[1];
    const words = folded(text).trim().split(" ");
    for (const row of this.#rows) {
      const typed = row.closest("[data-typed]");
      const fits = typed ? text : !note && words.every((word) => said(row).includes(` ${word}`));
      row.parentElement.hidden = !fits || row.parentElement.dataset.away === "yes";
      if (typed) row.querySelector("q").textContent = row.dataset.does === "note" ? (note ?? text) : text;
    }
    for (const group of this.#dialog.querySelectorAll("[data-group]:not([data-found] *)")) group.hidden = !group.querySelector("li:not([hidden])");
    const own = this.#rows.filter((row) => !row.closest("[data-typed]") && row.parentElement.dataset.away !== "yes");
    this.#count.textContent = `${own.filter((row) => !row.parentElement.hidden).length} of ${own.length}`;
    this.#hasMoved = false;
    this.#choose(this.#shown()[0]);
    this.#finder.find(note ? "" : text);
  }

  #shown() {
    return [...this.#dialog.querySelectorAll("li:not([hidden]) > a")];
  }

  #choose(row) {
    this.#chosen?.removeAttribute("aria-current");
    this.#chosen?.setAttribute("aria-selected", "false");
    this.#chosen = row ?? null;
    if (!row) return this.#field.removeAttribute("aria-activedescendant");
    row.setAttribute("aria-current", "true");
    row.setAttribute("aria-selected", "true");
    this.#field.setAttribute("aria-activedescendant", row.id);
    row.scrollIntoView({ block: "nearest" });
  }

  #move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || event.isComposing) return;
    event.preventDefault();
    const shown = this.#shown();
    if (!shown.length) return;
    this.#hasMoved = true;
    const at = shown.indexOf(this.#chosen) + step;
    this.#choose(shown.at(at % shown.length));
  }

  #do(event, row) {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    const text = row.querySelector("q")?.textContent ?? "";
    this.#field.value = "";
    this.#dialog.close();
    if (row.dataset.does === "note" && composer()) {
      event.preventDefault();
      write(composer(), text);
    }
    if (row.dataset.does === "search") {
      event.preventDefault();
      search(row, text);
    }
  }
}

const set = (element, values) => Object.entries(values).forEach(([name, value]) => element.setAttribute(name, value));

function describeRows(root, kind) {
  for (const group of root.querySelectorAll("[data-group]")) group.setAttribute("role", "group");
  for (const plain of root.querySelectorAll("h2, ul, li, [data-found]")) plain.setAttribute("role", "none");
  const rows = root.querySelectorAll("li > a");
  rows.forEach((row, at) => set(row, { role: "option", id: `palette-${kind}-${at}`, tabindex: "-1", "aria-selected": "false" }));
}

// What a row is found by: its words, each after a space.
// As the searches of the server fold texts: full-width, composed and capital letters are alike.
const folded = (text) =>
  text.normalize("NFKC").toLowerCase().normalize("NFKC").replaceAll("ß", "ss").replaceAll("i\u0307", "i").replace(/\s+/g, " ");

const said = (row) => folded(` ${row.querySelector("span").textContent} ${row.dataset.words ?? ""}`);

// What stands in the composer stays; the note's own keeping hears of the rest.
function write(field, text) {
  if (text) field.value = [field.value.trimEnd(), text].filter(Boolean).join("\n");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function search(row, text) {
  const wanted = text.slice(0, 100);
  const field = new URL(row.href).pathname.endsWith("/timeline/") ? document.getElementById("timeline-q") : null;
  if (!field) return location.assign(wanted ? `${row.href}?q=${encodeURIComponent(wanted)}` : row.href);
  if (wanted) {
    field.value = wanted;
    field.form.requestSubmit();
  }
  field.focus();
}

export function startPalette() {
  const dialog = document.getElementById("palette");
  if (!dialog) return;
  let made = null;
  const palette = () => {
    unpack(dialog);
    return (made ??= new Palette(dialog));
  };
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[commandfor=palette]")) return;
    event.preventDefault();
    palette().open();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
    event.preventDefault();
    palette().open();
  });
}
