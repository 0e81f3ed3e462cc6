"""What outsiders read is in plain words: no codes, hashes, severities or names of responders."""

import re
from collections.abc import Iterable, Mapping

from incidents.rules.wording import listed, quoted
from kernel.refusal import Violation
from kernel.text.controls import visible

_LEAKS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\bSEV[\s_-]?\d\b",
        r"\b(?:INC|RISK|CP|HO|E|D|X|R|B|H|U)-\d+\b",
        r"\bT\+\d[\d:]*",
        r"\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,64}\b",
        r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b",
        r"\bHTTP[/\s]?[1-5](?:\d\d|xx)\b",
        r"\b(?:status|error|exit|code)s?\s+(?:code\s+)?\d{1,3}\b",
        r"\b[1-5](?:\d\d|xx)(?=\s+(?:errors?|rates?|responses?|status|codes?)\b)",
        r"\b[45]xx\b",
        r"\b[a-z]\w*_\w+\b",
        r"\b[a-z]+\d*(?:-[a-z]\w*)+-\d+\b",
        r"\b\d{1,3}(?:\.\d{1,3}){3}\b",
        r"`[^`\n]+`",
    )
)
"""Severities, references of the record, revisions, states of protocols, names in code, hosts."""

_ADDRESS = re.compile(r"\b(?:https?|mailto):\S+", re.IGNORECASE)
"""An address that readers may follow is no word of ours, whatever stands in it."""

_ORDINARY = frozenset(
    {
        *("may", "june", "april", "august", "will", "mark", "grace", "hope", "rose", "joy", "art"),
        *("bill", "sky", "dawn", "faith", "pat", "sue", "max", "rich", "miles", "chase", "drew"),
        *("frank", "ray", "reed", "case", "page", "long", "young", "day", "west", "north"),
    }
)
"""Names that are words too: they give nobody away unless the whole name stands there."""


def leaks(text: str, people: Iterable[str] = ()) -> tuple[str, ...]:
    """What of a text means nothing to readers, or is not for them, in order."""
    shown = _ADDRESS.sub(" ", visible(text))
    found = [match for pattern in _LEAKS for match in pattern.finditer(shown)]
    found += [match for name in people for match in _named(name, shown)]
    words = dict.fromkeys(match[0] for match in sorted(found, key=lambda match: match.start()))
    return tuple(word for word in words if not any(word in other != word for other in words))


def _named(name: str, text: str) -> Iterable[re.Match[str]]:
    """The whole name however it is written, and each part of it as a name is written."""
    yield from re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    parts = [part for part in name.split() if len(part) > 2 and part.casefold() not in _ORDINARY]
    for part in parts:
        yield from re.finditer(rf"(?<!\w){re.escape(part[:1].upper() + part[1:])}(?!\w)", text)


def plain(texts: Mapping[str, str], people: Iterable[str]) -> tuple[Violation, ...]:
    """``U-PLAIN`` for each text, by field, that is not in plain words."""
    people = tuple(people)
    return tuple(
        Violation("U-PLAIN", _sentence(words), field)
        for field, text in texts.items()
        if (words := leaks(text, people))
    )


def _sentence(words: tuple[str, ...]) -> str:
    one = len(words) == 1
    named = listed(quoted(word) for word in words)
    return (
        f"{named} {'means' if one else 'mean'} nothing to readers, or {'is' if one else 'are'} not"
        " theirs to know: say it in plain words."
    )
