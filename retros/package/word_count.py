"""Counting and cutting words. Pure."""

from collections.abc import Mapping, Sequence

from incidents.rules.wording import counted

MAX_WORD_CHARACTERS = 12
"""The longest word that counts as one: a text without spaces is long too."""

type Content = str | int | Sequence["Content"] | Mapping[str, "Content"] | None


def count(content: Content) -> int:
    """Words in a text, or in every text of a structure. A sign alone is no word."""
    if isinstance(content, str):
        return sum(1 for word in content.split() if any(map(str.isalnum, word)))
    if isinstance(content, Mapping):
        return sum(map(count, content.values()))
    if isinstance(content, Sequence):
        return sum(map(count, content))
    return 1 if isinstance(content, int) and not isinstance(content, bool) else 0


def length(words: int, minutes: int) -> str:
    """What a reader needs for it: "840 words, about 4 minutes"."""
    return f"{counted(words, 'word')}, about {counted(minutes, 'minute')}"


def cut(text: str, limit: int) -> tuple[str, bool]:
    """At most ``limit`` words with their line breaks, and whether some were left out.

    It ends with a whole sentence where that costs no more than a third.
    """
    lines, total = [], 0
    for line in text.strip().splitlines():
        parts = line.split()
        if total + len(parts) > limit:
            lines.append(" ".join(parts[: limit - total]))
            return _cut_at_sentence(_fitting("\n".join(lines), limit)), True
        lines.append(" ".join(parts))
        total += len(parts)
    whole = "\n".join(lines)
    if len(whole) > limit * MAX_WORD_CHARACTERS:
        return _cut_at_sentence(_fitting(whole, limit)), True
    return whole, False


def _fitting(text: str, limit: int) -> str:
    """As many whole words as fit; only a word that is too long by itself is cut within."""
    room = limit * MAX_WORD_CHARACTERS
    if len(text) <= room:
        return text
    whole = text[: room + 1].rsplit(None, 1)[0].rstrip()
    return whole if len(whole) <= room else text[:room]


def _cut_at_sentence(text: str) -> str:
    end = max(text.rfind(mark) for mark in (". ", "? ", "! ", ".\n"))
    if end >= len(text) * 2 // 3:
        return text[: end + 1] + " …"
    return text.rstrip() + " …"
