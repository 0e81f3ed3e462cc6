// On a phone the room is one part at a time: the bar at the bottom says which. The style shows the part
// that is the target; script says it to those who do not see it, and goes to the part of a field.

const links = () => document.querySelectorAll(".jump-bar a[href^='#']");

function current() {
  const target = document.getElementById(location.hash.slice(1));
  return target?.closest(".part")?.id ?? "now";
}

function mark() {
  for (const link of links()) {
    if (link.hash === `#${current()}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

export function startParts() {
  if (!links().length) return;
  mark();
  window.addEventListener("hashchange", mark);
  // A part begins at its top, below the bars.
  document.querySelector(".jump-bar").addEventListener("click", (event) => {
    const link = event.target.closest("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (link.hash !== location.hash) location.replace(link.hash);
    window.scrollTo(0, 0);
  });
  // Quick entry writes into a field of another part.
  document.getElementById("palette")?.addEventListener("click", (event) => {
    const does = event.target.closest("[data-does]")?.dataset.does;
    const part = { note: "#timeline", search: "#timeline", next: "#now" }[does];
    if (part && matchMedia("(width < 48rem)").matches) location.replace(part);
  }, { capture: true });
}
