"""Masks what looks like a secret, before anything is stored.

What is looked at is what a person would see: colour codes and zero-width characters inside a
token do not hide it. The forms of secrets are in ``secret_forms``; why, and what is missed:
docs/decisions/0003-secret-masking.md.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kernel.text import secret_encodings, secret_library, secret_manifests, secret_tables
from kernel.text.controls import CONTINUED, INVISIBLE, SGR
from kernel.text.markers import MARKER, SecretKind, marker
from kernel.text.secret_forms import FORMS

PASSES = 8


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without its secrets; ``count`` marks are in it, of these ``kinds`` (sorted)."""

    text: str
    count: int
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    kind: SecretKind


def mask_secrets(text: str) -> Masked:
    """``text`` with a marker for each secret. Masking twice is masking once.

    A mask can bring parts together that now look like a secret, so the search is repeated
    until it finds nothing.
    """
    for _ in range(PASSES):
        spans = list(_spans(text))
        if not spans:
            break
        text = _replaced(text, _merged(spans))
    kinds = [match[2] for match in MARKER.finditer(text)]
    return Masked(text, len(kinds), tuple(sorted(set(kinds))))


def secret_spans(text: str) -> list[tuple[int, int]]:
    """Where the secrets of a text stand, in order, for what cannot hold a marker."""
    spans = list(_spans(text))
    return [(span.start, span.end) for span in _merged(spans)] if spans else []


def _spans(text: str) -> Iterator[_Span]:
    """Secrets as a person sees them, as a shell joins lines, and as a machine reads them.

    The last finds what titles and links hold, and what a terminal would have swallowed.
    """
    visible_view = _View(text, _between(text))
    yield from _find_secrets(visible_view)
    if CONTINUED.search(text):
        yield from _find_secrets(_View(text, _between(text, CONTINUED)))
    if visible_view.text != text:
        yield from _find_secrets(_View(text, [(0, len(text))]))


class _View:
    """Pieces of a text joined, with the way back to where each piece stood."""

    def __init__(self, text: str, pieces: Iterable[tuple[int, int]]) -> None:
        self.starts: list[int] = []
        self.origins: list[int] = []
        parts: list[str] = []
        length = 0
        for start, end in pieces:
            self.starts.append(length)
            self.origins.append(start)
            parts.append(text[start:end])
            length += end - start
        self.text = "".join(parts)

    def origin(self, index: int) -> int:
        piece = bisect_right(self.starts, index) - 1
        return self.origins[piece] + index - self.starts[piece]


def _between(text: str, left_out: re.Pattern[str] = INVISIBLE) -> Iterator[tuple[int, int]]:
    """What is left between the sequences and characters that nobody sees."""
    position = 0
    for match in left_out.finditer(text):
        if match.start() > position:
            yield position, match.start()
        position = match.end()
    if position < len(text):
        yield position, len(text)


def _find_secrets(view: _View) -> Iterator[_Span]:
    for start, end, kind in _matches(view.text):
        yield _Span(view.origin(start), view.origin(end - 1) + 1, kind)


def _matches(text: str) -> Iterator[tuple[int, int, SecretKind]]:
    lowered = text.replace("İ", "i").lower()  # the one letter whose small form is longer
    for form in FORMS:
        yield from form.find(text, lowered)
    yield from secret_library.find(text)
    yield from secret_manifests.find(text)
    yield from secret_tables.find(text, lowered)
    yield from secret_encodings.find(text)


def _merged(spans: Iterable[_Span]) -> Iterator[_Span]:
    """Overlapping spans as one, named by the one that starts first."""
    ordered = sorted(spans, key=lambda span: span.start)
    current = ordered[0]
    for span in ordered[1:]:
        if span.start < current.end:
            current = _Span(current.start, max(current.end, span.end), current.kind)
        else:
            yield current
            current = span
    yield current


def _replaced(text: str, spans: Iterable[_Span]) -> str:
    """Colour codes from inside a secret follow its marker, so that colours end where they did."""
    parts: list[str] = []
    position = 0
    for span in spans:
        colours = (match[0] for match in SGR.finditer(text, span.start, span.end))
        parts += (text[position : span.start], marker(span.kind), *colours)
        position = span.end
    parts.append(text[position:])
    return "".join(parts)
