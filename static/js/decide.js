// The decision form: evidence that is ticked stays on the page whatever is searched for, and there is always
// another row for a way that was thought of.
function keepTicked(pick) {
  const list = pick.querySelector("[data-evidence-list]");
  const found = pick.querySelector("[data-evidence-found]");
  pick.addEventListener("htmx:beforeSwap", () => {
    for (const box of found.querySelectorAll("input:checked")) list.append(box.closest("label"));
  });
  pick.addEventListener("htmx:afterSwap", () => {
    const here = new Set([...list.querySelectorAll("input")].map((box) => box.value));
    for (const box of found.querySelectorAll("input")) if (here.has(box.value)) box.closest("label").remove();
  });
  const search = pick.querySelector("input[type=search]");
  search.addEventListener("input", () => {
    const words = search.value.trim().toLowerCase();
    for (const line of list.querySelectorAll("label")) {
      line.hidden = Boolean(words) && !line.textContent.toLowerCase().includes(words) && !line.querySelector(":checked");
    }
  });
}

function growRows(rows) {
  rows.addEventListener("input", () => {
    const last = rows.lastElementChild;
    if (![...last.querySelectorAll("input")].some((field) => field.value)) return;
    const next = last.cloneNode(true);
    const number = rows.children.length + 1;
    for (const field of next.querySelectorAll("input")) {
      const id = field.id.replace(/\d+/, number);
      next.querySelector(`label[for="${field.id}"]`).htmlFor = id;
      field.id = id;
      field.value = "";
    }
    rows.append(next);
  });
}

// The examples in the empty statements are those of the chosen option.
function followOption(form) {
  const hints = JSON.parse(form.dataset.hints);
  form.addEventListener("change", ({ target }) => {
    if (target.name !== "option") return;
    for (const [name, hint] of Object.entries(hints[target.value] ?? hints[""])) {
      form.elements[name].placeholder = hint;
    }
  });
}

export function startDeciding() {
  for (const form of document.querySelectorAll("form[data-hints]")) followOption(form);
  for (const pick of document.querySelectorAll("[data-evidence-pick]")) keepTicked(pick);
  for (const rows of document.querySelectorAll("[data-rows]")) growRows(rows);
}
