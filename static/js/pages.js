// Small things of single pages: where the focus begins, menus that fold.
import { focusFirstField } from "./first_field.js";

export function startPages() {
  document.getElementById("refusal")?.focus();
  focusFirstField();
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
