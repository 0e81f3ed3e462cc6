"""What outsiders read is in plain words.

``U-PLAIN``: no codes, hashes, severities or names of responders.
"""

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
"""Severities, references of the record, revisions, protocol status codes, names in code, hosts."""

_ADDRESS = re.compile(r"\b(?:https?|mailto):\S+", re.IGNORECASE)
"""A link that readers may follow is left out of the search, whatever it contains."""

_ORDINARY = frozenset(
    {
        *("may", "june", "april", "august", "will", "mark", "grace", "hope", "rose", "joy", "art"),
        *("bill", "sky", "dawn", "faith", "pat", "sue", "max", "rich", "miles", "chase", "drew"),
        *("frank", "ray", "reed", "case", "page", "long", "young", "day", "west", "north"),
    }
)
"""Names that are also words: they only count as part of a whole name."""


def leaks(text: str, people: Iterable[str] = ()) -> tuple[str, ...]:
    """The parts of a text that mean nothing to readers, or are not for them, in order."""
    searched = _ADDRESS.sub(" ", visible(text))
    matches = [match for pattern in _LEAKS for match in pattern.finditer(searched)]
    matches += [match for name in people for match in _named(name, searched)]
    leaked = dict.fromkeys(match[0] for match in sorted(matches, key=lambda match: match.start()))
    return tuple(word for word in leaked if not any(word in other != word for other in leaked))


def _named(name: str, text: str) -> Iterable[re.Match[str]]:
    """Matches of the whole name in any case, and of each part of it with a capital letter."""
    yield from re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", text, re.IGNORECASE)
    parts = [part for part in name.split() if len(part) > 2 and part.casefold() not in _ORDINARY]
    for part in parts:
        yield from re.finditer(rf"(?<!\w){re.escape(part[:1].upper() + part[1:])}(?!\w)", text)


def plain(texts: Mapping[str, str], people: Iterable[str]) -> tuple[Violation, ...]:
    """A violation for each field whose text is not in plain words."""
    people = tuple(people)
    return tuple(
        Violation("U-PLAIN", _sentence(leaked), field)
        for field, text in texts.items()
        if (leaked := leaks(text, people))
    )


def _sentence(leaked: tuple[str, ...]) -> str:
    single = len(leaked) == 1
    named = listed(quoted(word) for word in leaked)
    return (
        f"{named} {'means' if single else 'mean'} nothing to readers, or"
        f" {'is' if single else 'are'} not theirs to know: say it in plain words."
    )
