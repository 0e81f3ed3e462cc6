"""Terminal output as HTML: colours as classes, control characters as symbols, the rest escaped.

rich reads the colours (docs/decisions/0004-ansi.md). What it is given is first reduced to text
and colour sequences, so that no other sequence, nor an endless one, reaches it. Any text is
safe to give; only ``span`` and ``mark`` come out.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from html import escape
from itertools import islice

from django.utils.safestring import SafeString, mark_safe
from rich.ansi import AnsiDecoder
from rich.color import Color, ColorSystem
from rich.style import Style

from kernel.text.content_checks import clean_lines
from kernel.text.controls import DIRECTION, ESCAPE, SGR, show_controls
from kernel.text.markers import MARKER, OPEN

COLOURS = ("black", "red", "green", "yellow", "blue", "magenta", "cyan", "white")
MAX_SGR_CHARACTERS = 120

_DROPPED = re.compile(f"[{DIRECTION}]")
_KEPT = re.compile(r"([\x08\x1b])")
"""Backspaces and what begins a colour, which are read afterwards."""
_REWRITTEN = re.compile(r"^[^\n\r]*+\r[^\n]*+", re.MULTILINE)
_RUBBED_OUT = re.compile(r"^[^\n\x08]*+\x08[^\n]*+", re.MULTILINE)
_CELL = re.compile(r"\x1b\[[0-9;]*+m|[\s\S]")


def ansi_to_html(text: str, limit: int | None = None) -> SafeString:
    """``text`` as spans of ``ansi-*`` classes and marks; at most ``limit`` lines, if given.

    Colours of 256 or 16 million become the nearest of the sixteen. A line rewritten by carriage
    returns shows its last state; other cursor movement is left out.
    """
    lines = clean_lines(text)
    if limit is not None:
        lines = "\n".join(islice(_lines(lines), limit))
    return mark_safe("".join(_html(_reduced(lines))))  # noqa: S308 - every piece is escaped


def ansi_to_plain(text: str) -> str:
    """The same as text alone, for what has no colours: each line as it stood in the end."""
    return ESCAPE.sub("", _reduced(clean_lines(text)))


def _lines(text: str) -> Iterator[str]:
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start:end]
        start = end + 1
    yield text[start:]


def _html(text: str) -> Iterator[str]:
    decoded = AnsiDecoder().decode_line(text)
    plain, position = decoded.plain, 0
    for span in decoded.spans:
        yield _escaped(plain[position : span.start])
        inner = _escaped(plain[span.start : span.end])
        names = _classes(span.style) if isinstance(span.style, Style) else ""
        yield f'<span class="{names}">{inner}</span>' if names else inner
        position = span.end
    yield _escaped(plain[position:])


def _escaped(text: str) -> str:
    escaped = escape(text)
    return MARKER.sub(r"<mark>\1</mark>", escaped) if OPEN in escaped else escaped


@lru_cache(maxsize=4096)
def _classes(style: Style) -> str:
    names = [*_colour(style.color, "ansi-", "ansi-bright")]
    names += _colour(style.bgcolor, "ansi-on-", "ansi-on-bright")
    for name in ("bold", "dim", "italic", "underline", "strike", "reverse"):
        if getattr(style, name) or (name == "underline" and style.underline2):
            names.append(f"ansi-{name}")
    return " ".join(names)


def _colour(colour: Color | None, prefix: str, bright: str) -> Iterator[str]:
    if colour is None or colour.is_default:
        return
    number = colour.downgrade(ColorSystem.STANDARD).number or 0
    yield prefix + COLOURS[number % 8]
    if number >= 8:
        yield bright


def _reduced(text: str) -> str:
    """Text and plain colour sequences only, each line as it stood in the end."""
    text = ESCAPE.sub(_colour_only, text)
    text = _DROPPED.sub("", text)
    text = "".join(
        part if part in "\x08\x1b" else show_controls(part) for part in _KEPT.split(text)
    )
    text = _REWRITTEN.sub(_last_state, text)
    return _RUBBED_OUT.sub(_after_backspaces, text)


def _colour_only(match: re.Match[str]) -> str:
    return _as_colour(match[0])


@lru_cache(maxsize=4096)
def _as_colour(sequence: str) -> str:
    """A colour sequence with semicolons alone; nothing for any other sequence."""
    sgr = SGR.fullmatch(sequence)
    if sgr is None or len(sgr[1]) > MAX_SGR_CHARACTERS:
        return ""
    return f"\x1b[{';'.join(_parameter(p) for p in sgr[1].split(';'))}m"


def _parameter(parameter: str) -> str:
    """``38:2::1:2:3`` as ``38;2;1;2;3`` and ``4:3`` (a curly underline) as ``4``."""
    head, *rest = parameter.split(":")
    if head in ("38", "48") and rest:
        values = rest[-3:] if rest[0] == "2" else rest[1:2]
        return ";".join([head, rest[0], *(value or "0" for value in values)])
    return "24" if head == "4" and rest[:1] == ["0"] else head


def _last_state(match: re.Match[str]) -> str:
    """The last visible rewriting of a line, after the colours that were set before it."""
    colours: list[str] = []
    last = ""
    for part in match[0].split("\r"):
        if ESCAPE.sub("", part).strip():
            colours += SGR.findall(last)
            last = part
        else:
            colours += SGR.findall(part)
    return "".join(f"\x1b[{parameters}m" for parameters in colours) + last


def _after_backspaces(match: re.Match[str]) -> str:
    """The line with each backspace taking the character before it."""
    cells: list[str] = []
    typed: list[int] = []
    for cell in _CELL.findall(match[0]):
        if cell == "\x08":
            if typed:
                cells[typed.pop()] = ""
            continue
        if not cell.startswith("\x1b"):
            typed.append(len(cells))
        cells.append(cell)
    return "".join(cells)
