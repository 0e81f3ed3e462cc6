// Small things of single pages: focus on a refusal, dialogs that fold.
export function startPages() {
  document.getElementById("refusal")?.focus();
  for (const menu of document.querySelectorAll("details.app-menu")) {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  }
}
