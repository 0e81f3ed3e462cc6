"""HTML without the whitespace that a browser does not render.

Two pages that differ only in how their source is laid out become equal. Whether there is *some* or
*no* whitespace between two inline elements shows, and stays.
"""

import re
from html.parser import HTMLParser

PREFORMATTED = {"pre", "textarea", "script", "style"}
PREFORMATTED_CLASSES = {"terminal", "diffstat", "message"}
"""Elements that the stylesheet gives ``white-space: pre-wrap``."""

_BLOCK = """
    address article aside base blockquote body br caption center col colgroup details dialog div dl
    fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li
    link main menu meta nav noscript ol optgroup option p pre script search section style summary
    table tbody td template tfoot th thead title tr ul
"""
BLOCK = frozenset(_BLOCK.split())
"""Whitespace at either side of their tags is not rendered. Those that are not displayed at all
count too where they stand between blocks, as in ``head``; ``HIDDEN`` are looked through."""

HIDDEN = {"link", "meta", "script", "style", "template", "base"}
MAYBE_INLINE = {"dt", "dd"}
"""Displayed inline in some lists of ours: whitespace at their tags counts, its side does not."""

INLINE_BLOCK = {"button", "select", "svg", "video", "object", "iframe", "canvas", "meter"}
REPLACED = {"img", "input", "textarea", "progress", "embed", "audio"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source"}
VOID |= {"track", "wbr"}
_SPACES = re.compile(r"[ \t\n\r\f]+")


def normalised(html: str) -> str:
    """The page, a tag or a text a line."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.result()


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._tokens: list[str] = []
        self._open: list[str] = []
        self._exact: list[str] = []
        self._at_edge = True
        self._pending = False
        self._space_at: int | None = None

    def result(self) -> str:
        self._edge()
        return "\n".join(self._tokens) + "\n"

    # -- what the parser finds ----------------------------------------------------------------
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        token = f"<{tag}{''.join(_attribute(*one) for one in attrs)}>"
        if self._exact:
            self._tokens.append(token)
        elif tag == "input" and ("type", "hidden") in attrs:
            # Not displayed: the whitespace at its two sides is that of what stands around it.
            self._tokens.append(token)
        else:
            self._boundary(tag, token, opens=True)
        if tag in VOID:
            return
        classes = set((dict(attrs).get("class") or "").split())
        if tag in PREFORMATTED or classes & PREFORMATTED_CLASSES or self._exact:
            self._exact.append(tag)
        if tag == "svg" and not self._exact:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        token = f"</{tag}>"
        if tag in VOID:
            return
        if self._exact:
            # A tag that was never closed inside ends with what holds it.
            while self._exact and self._exact.pop() != tag:
                pass
            self._tokens.append(token)
            if not self._exact:
                self._after_exact(tag)
            return
        self._boundary(tag, token, opens=False)
        if tag == "svg" and self._open:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        if self._exact:
            self._tokens.append(repr(data))
            return
        parts = _SPACES.sub(" ", data)
        words = parts.strip(" ")
        if parts.startswith(" "):
            self._whitespace()
        if words:
            self._flush()
            self._tokens.append(words)
            self._content()
            if parts.endswith(" "):
                self._whitespace()

    def handle_comment(self, data: str) -> None:
        self._tokens.append(f"<!--{data.strip()}-->")

    def handle_decl(self, decl: str) -> None:
        self._tokens.append(f"<!{decl.lower()}>")

    def unknown_decl(self, data: str) -> None:
        self._tokens.append(f"<![{data}]>")

    def handle_pi(self, data: str) -> None:
        self._tokens.append(f"<?{data}>")

    # -- whitespace ---------------------------------------------------------------------------
    def _boundary(self, tag: str, token: str, *, opens: bool) -> None:
        if tag in HIDDEN or tag in MAYBE_INLINE:
            self._tokens.append(token)
        elif tag in BLOCK or (self._open and tag != "svg"):
            self._edge()
            self._tokens.append(token)
        elif tag in INLINE_BLOCK:
            if opens:
                self._flush()
            else:
                self._edge()
            self._tokens.append(token)
            self._content()
            if opens:
                self._edge()
        else:
            self._flush()
            self._tokens.append(token)
            if tag in REPLACED:
                self._content()

    def _after_exact(self, tag: str) -> None:
        if tag in REPLACED:
            self._content()
        elif tag not in HIDDEN:
            self._edge()

    def _whitespace(self) -> None:
        if not self._at_edge and self._space_at is None:
            self._pending = True

    def _flush(self) -> None:
        """The whitespace before what comes now stands where it was first found."""
        if self._pending:
            self._space_at = len(self._tokens)
            self._tokens.append("␠")
            self._pending = False

    def _content(self) -> None:
        self._at_edge, self._space_at = False, None

    def _edge(self) -> None:
        """A block begins or ends here: whitespace just before it is not rendered."""
        if self._space_at is not None:
            del self._tokens[self._space_at]
        self._at_edge, self._pending, self._space_at = True, False, None


def _attribute(name: str, value: str | None) -> str:
    if value is None:
        return f" {name}"
    if name == "class":
        value = " ".join(value.split())
    return f" {name}={value!r}"
