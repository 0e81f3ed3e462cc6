// What few visits open stands in the page as text: <noscript> without script is what it holds, and with
// script costs the page nothing until it is unpacked here.

export function unpack(element) {
  for (const packed of element?.querySelectorAll("noscript") ?? []) {
    const template = document.createElement("template");
    template.innerHTML = packed.textContent;
    packed.replaceWith(template.content);
  }
}
