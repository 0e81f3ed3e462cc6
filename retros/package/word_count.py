"""Counting and cutting words. Pure."""

from collections.abc import Mapping, Sequence

LETTERS = 12
"""Of a word at most so many count as one: a text without spaces is long too."""

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


def cut(text: str, most: int) -> tuple[str, bool]:
    """At most ``most`` words, lines kept, and whether some were left out.

    It ends with a whole sentence where that costs no more than a third.
    """
    kept, words = [], 0
    for line in text.strip().splitlines():
        parts = line.split()
        if words + len(parts) > most:
            kept.append(" ".join(parts[: most - words]))
            return _ended("\n".join(kept)[: most * LETTERS]), True
        kept.append(" ".join(parts))
        words += len(parts)
    whole = "\n".join(kept)
    if len(whole) > most * LETTERS:
        return _ended(whole[: most * LETTERS]), True
    return whole, False


def _ended(text: str) -> str:
    end = max(text.rfind(mark) for mark in (". ", "? ", "! ", ".\n"))
    if end >= len(text) * 2 // 3:
        return text[: end + 1] + " …"
    return text.rstrip() + " …"
