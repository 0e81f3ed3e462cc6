"""Secrets in tables: the columns of a CSV whose heading names a secret, as AWS exports keys."""

import re
from collections.abc import Iterator

from kernel.text.markers import CLOSE, OPEN, SecretKind

_WORD = re.compile(r"password|passphrase|secret|private.key|api.?key|token")
_HEADING = re.compile(
    r"(?:[\w -]{0,30}[ _-])?(?:password|passphrase|secret(?:[ _-]?(?:access[ _-]?)?key)?"
    r"|private[ _-]?key|api[ _-]?key|(?:access|auth|api|refresh)[ _-]?token)"
)
_SEPARATORS = ",;\t"
_MAX_HEADING_LENGTH = 40
_MAX_LINE_LENGTH = 2_000

MIN_LENGTH = 6
"""Shorter values are counts and words."""


def find(text: str, lowered: str) -> Iterator[tuple[int, int, SecretKind]]:
    """The values below such a heading, down to the first line with another number of fields.

    ``lowered`` is the same text, of the same length, in small letters.
    """
    done = 0
    for match in _WORD.finditer(lowered):
        if match.start() < done:
            continue
        start = lowered.rfind("\n", 0, match.start()) + 1
        end = _line_end(text, match.start())
        done = end
        separator, columns, width = _headings(lowered[start:end])
        while columns and end < len(text):
            start, end = end + 1, _line_end(text, end + 1)
            fields = _fields(text[start:end], separator)
            if len(fields) != width:
                break
            done = end
            for begin, stop in (fields[column] for column in columns):
                if _is_secret(text[start + begin : start + stop]):
                    yield start + begin, start + stop, SecretKind.SECRET


def _line_end(text: str, position: int) -> int:
    end = text.find("\n", position)
    return len(text) if end < 0 else end


def _is_secret(value: str) -> bool:
    if len(value) < MIN_LENGTH or value.isalpha() or " " in value:
        return False
    return OPEN not in value and CLOSE not in value


def _headings(line: str) -> tuple[str, list[int], int]:
    """The separator of a line of headings, which of them name a secret, and how many there are."""
    if len(line) <= _MAX_LINE_LENGTH:
        for separator in _SEPARATORS:
            fields = [line[begin:end].strip("\ufeff ") for begin, end in _fields(line, separator)]
            if len(fields) > 1 and all(0 < len(field) <= _MAX_HEADING_LENGTH for field in fields):
                named = [n for n, field in enumerate(fields) if _HEADING.fullmatch(field)]
                if named:
                    return separator, named, len(fields)
    return "", [], 0


def _fields(line: str, separator: str) -> list[tuple[int, int]]:
    """Where each field of a line stands, without its quotes."""
    places = []
    start = 0
    for part in line.split(separator):
        inner = part.strip().strip('"')
        begin = start + (part.find(inner) if inner else 0)
        places.append((begin, begin + len(inner)))
        start += len(part) + len(separator)
    return places
