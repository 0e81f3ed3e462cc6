// Copying: [data-copy] names an element whose text is copied, [data-copy-url] an address whose text
// is. Without the clipboard's permission the text is shown selected, to be copied by hand.
const said = document.getElementById("announce-politely");

export function startCopying() {
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-copy], [data-copy-url]");
    if (!button) return;
    event.preventDefault();
    copy(button);
  });
}

async function copy(button) {
  const text = await textOf(button);
  if (text === null) return tell("Could not be fetched. Try again.");
  try {
    await navigator.clipboard.writeText(text);
    tell("Copied.");
    mark(button);
  } catch {
    showSelected(text);
  }
}

async function textOf(button) {
  if (button.dataset.copy) return document.querySelector(button.dataset.copy).textContent.trimEnd();
  try {
    const answer = await fetch(button.dataset.copyUrl, { headers: { Accept: "text/markdown" } });
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}

function tell(sentence) {
  if (said) said.textContent = sentence;
}

function mark(button) {
  button.classList.add("is-copied");
  setTimeout(() => button.classList.remove("is-copied"), 2000);
}

function showSelected(text) {
  const dialog = document.createElement("dialog");
  dialog.className = "copy-dialog";
  dialog.setAttribute("aria-label", "Copy by hand");
  const area = document.createElement("textarea");
  area.value = text;
  area.rows = 14;
  area.readOnly = true;
  area.setAttribute("aria-label", "The text to copy");
  const close = document.createElement("button");
  close.className = "button";
  close.textContent = "Close";
  close.addEventListener("click", () => dialog.close());
  dialog.append(area, close);
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
  area.focus();
  area.select();
}
