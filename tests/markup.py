"""A page's HTML as a browser lays it out, whatever lines a template is written in."""

import re
from typing import Any

_BLOCK = (
    "address|article|aside|blockquote|body|caption|dd|details|dialog|div|dl|dt|fieldset|figcaption|"
    "figure|footer|form|h[1-6]|head|header|hr|html|legend|li|link|main|meta|nav|ol|option|p|script|"
    "section|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
_SHOWN_AS_WRITTEN = re.compile(r"((?:<pre|<textarea)\b.*?</(?:pre|textarea)>)", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n\f]+")
_SPACE_IN_TAG = re.compile(r"(?<=[\w\"']) >")
_SPACE_AROUND_BLOCK = re.compile(rf" ?(</?(?:{_BLOCK})\b[^>]*>) ?", re.IGNORECASE)


def markup(response: Any) -> str:
    """The HTML of an answer, or this HTML, with only the whitespace that can be seen.

    An answer that is not HTML is given back as it is.
    """
    html = response if isinstance(response, str) else response.content.decode()
    if html is not response and not response["Content-Type"].startswith("text/html"):
        return html
    parts = _SHOWN_AS_WRITTEN.split(html)
    parts[::2] = [_collapsed(part) for part in parts[::2]]
    return "".join(parts).strip()


def _collapsed(html: str) -> str:
    html = _SPACE_IN_TAG.sub(">", _SPACE.sub(" ", html))
    return _SPACE_AROUND_BLOCK.sub(r"\1", html)
