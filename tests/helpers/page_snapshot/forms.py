"""The forms of a page as a browser would send them."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit


@dataclass
class Form:
    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def add(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)


def forms_of(html: str, url: str) -> list[Form]:
    parser = _Forms(url)
    parser.feed(html)
    parser.close()
    return parser.forms


def links_of(html: str, url: str) -> list[tuple[str, bool]]:
    """Where the page leads within the site, and whether htmx would ask."""
    parser = _Forms(url)
    parser.feed(html)
    parser.close()
    return parser.links


class _Forms(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.url, self.forms, self.links = url, list[Form](), list[tuple[str, bool]]()
        self._form: Form | None = None
        self._select: tuple[str, list[str], list[str]] | None = None
        self._area: tuple[str, list[str]] | None = None
        self._by_id: dict[str, Form] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._link(tag, given)
        if tag == "form":
            action = urljoin(self.url, given.get("action") or self.url)
            self._form = Form(urlsplit(action).path, given.get("method", "get").lower())
            self.forms.append(self._form)
            if given.get("id"):
                self._by_id[given["id"]] = self._form
        name = given.get("name")
        form = self._by_id.get(given.get("form", ""), self._form)
        if tag == "option" and self._select:
            chosen, first = self._select[1], self._select[2]
            first.append(given.get("value", ""))
            if "selected" in given:
                chosen.append(given.get("value", ""))
        if not name or form is None or "disabled" in given:
            return
        if tag == "input":
            kind = given.get("type", "text")
            if kind in {"checkbox", "radio"} and "checked" not in given:
                return
            if kind in {"submit", "button", "file", "image", "reset"}:
                return
            form.add(name, given.get("value", "on" if kind == "checkbox" else ""))
        elif tag == "textarea":
            self._area = (name, [])
        elif tag == "select":
            self._select = (name, [], [])
        elif tag == "button":
            form.buttons.append((name, given.get("value", "")))

    def _link(self, tag: str, given: dict[str, str]) -> None:
        named = {"href": tag == "a", "hx-get": True, "data-src": True, "data-href": True}
        named["src"] = tag in {"img", "iframe"}
        for name, counts in named.items():
            value = given.get(name)
            if counts and value:
                self.links.append((urljoin(self.url, value), name == "hx-get"))

    def handle_data(self, data: str) -> None:
        if self._area:
            self._area[1].append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag == "textarea" and self._area:
            name, parts = self._area
            if self._form:
                # The first line break of a textarea is none of its text.
                self._form.add(name, "".join(parts).removeprefix("\n"))
            self._area = None
        elif tag == "select" and self._select:
            name, chosen, first = self._select
            if self._form and (chosen or first):
                for value in chosen or first[:1]:
                    self._form.add(name, value)
            self._select = None
