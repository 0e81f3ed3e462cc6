// Entries are the same for every reader; who wrote one can correct it without being in command.
const person = document.querySelector('meta[name="person"]')?.content;

function offer(root) {
  if (!person) return;
  const mine = `.entry-correct.for-command[data-author="${CSS.escape(person)}"]`;
  for (const link of root.querySelectorAll(mine)) link.classList.remove("for-command");
}

export function startCorrecting() {
  offer(document);
  for (const name of ["warroom:fragment", "htmx:afterSettle"]) {
    document.addEventListener(name, ({ target }) => offer(target.parentElement ?? document));
  }
}
