"""Panels for reading only: what acts in the present is taken out of their HTML.

Panels are written once, for the room. In the past nothing may be pressed, and that must hold for
every panel that is still to come: so it is not left to each template.
"""

from html import escape
from html.parser import HTMLParser
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "wbr", "source", "col"})
_ACTING = frozenset({"form", "button", "input", "select", "textarea", "dialog", "script", "kbd"})
_RECORDS = frozenset({"evidence", "evidence-file", "decision", "recommendation", "surface"})
"""The pages that a link may still lead to: records, which do not change with the moment."""
_LEFT_OUT = frozenset({"for-command", "for-now", "button"})


def read_only(html: str) -> str:
    """The same without forms, buttons and what is ``for-command`` or only ``for-now``. Links to
    records stay links, the others become their words."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.output)


class _Reader(HTMLParser):
    """Copies what may stay, tag by tag."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.output: list[str] = []
        self._open: list[tuple[str, str]] = []
        """Each open element: its name, and what closes it."""
        self._gone = 0
        """The depth within an element that is left out."""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._gone or self._goes(tag, dict(attrs)):
            self._gone += tag not in _VOID
            return
        text = self.get_starttag_text() or ""
        closing = tag
        if tag == "a" and not _stays(dict(attrs)):
            css = dict(attrs).get("class") or ""
            text, closing = f'<span class="{escape(css)}">' if css else "<span>", "span"
        self.output.append(text)
        if tag not in _VOID:
            self._open.append((tag, closing))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not self._gone and not self._goes(tag, dict(attrs)):
            self.output.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if self._gone:
            self._gone -= tag not in _VOID
        elif self._open and self._open[-1][0] == tag:
            self.output.append(f"</{self._open.pop()[1]}>")

    def handle_data(self, data: str) -> None:
        self._keep(data)

    def handle_entityref(self, name: str) -> None:
        self._keep(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._keep(f"&#{name};")

    def _keep(self, text: str) -> None:
        if not self._gone:
            self.output.append(text)

    def _goes(self, tag: str, attrs: dict[str, str | None]) -> bool:
        css = (attrs.get("class") or "").split()
        return tag in _ACTING or not _LEFT_OUT.isdisjoint(css) or "data-copy-url" in attrs


def _stays(attrs: dict[str, str | None]) -> bool:
    """A place on the page, a record, or somewhere outside."""
    href = attrs.get("href") or ""
    if href.startswith(("#", "https://", "http://")):
        return True
    try:
        return resolve(urlsplit(href).path).url_name in _RECORDS
    except Resolver404:
        return False
