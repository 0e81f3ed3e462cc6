// Signing in again (in another tab) changes the secret that a form carries: take the current one.
export function freshen(form) {
  const field = form.elements.namedItem("csrfmiddlewaretoken");
  const token = document.cookie.match(/(?:^|; )csrftoken=([A-Za-z0-9]+)/);
  if (field && token) field.value = token[1];
}
