// The scrubber of a room in the past: its words follow the thumb at once, and htmx fetches the panels
// when it rests. <input type="range" data-scrub="2026-03-05T14:00:00+00:00">
const two = (number) => String(number).padStart(2, "0");

export function startTimeSlider() {
  const slider = document.querySelector("[data-scrub]");
  if (!slider) return;
  const words = () => document.getElementById("past-words");

  slider.addEventListener("input", () => {
    const minutes = Number(slider.value);
    say(`T+${two(Math.floor(minutes / 60))}:${two(minutes % 60)}, …`);
  });
  document.addEventListener("htmx:afterSettle", () => {
    slider.setAttribute("aria-valuetext", words().textContent.trim().replace(/\s+/g, " "));
  });
  slider.addEventListener("htmx:afterRequest", (event) => {
    if (!event.detail.successful) return;
    // Replaced, not added: whoever goes back wants to leave the past, not walk through it.
    history.replaceState(history.state, "", `?t=${slider.value}`);
  });
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    slider.addEventListener(failure, () => say("Could not be fetched. Move it again."));
  }

  function say(sentence) {
    words().textContent = sentence;
    slider.setAttribute("aria-valuetext", sentence);
  }
}
