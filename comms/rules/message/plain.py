"""What outsiders read is in plain words.

``U-PLAIN``: no codes, hashes, severities or names of responders.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from incidents.rules.wording import listed, quoted
from kernel.refusal import Violation
from kernel.text.controls import visible

NOT_PLAIN = "U-PLAIN"

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
        *("april", "art", "august", "baker", "bank", "banks", "bell", "bill", "bishop"),
        *("black", "book", "bridge", "brook", "brooks", "brown", "bush", "butler", "carpenter"),
        *("carter", "case", "cause", "chance", "chase", "church", "close", "cook", "cross"),
        *("dawn", "day", "drew", "english", "faith", "fall", "field", "fields", "fisher"),
        *("fitch", "ford", "forest", "fox", "frank", "french", "frost", "gates", "german"),
        *("gold", "good", "grace", "gray", "green", "grey", "guy", "hall", "hand", "hill"),
        *("hope", "house", "hunter", "joy", "judge", "june", "justice", "keen", "key", "keys"),
        *("king", "knight", "lake", "lane", "lanes", "law", "link", "little", "long", "love"),
        *("low", "major", "mark", "marks", "marsh", "mason", "max", "may", "mercy", "miles"),
        *("mill", "moon", "more", "noble", "north", "page", "paris", "park", "parks", "pat"),
        *("people", "piper", "point", "pool", "pope", "porter", "post", "potter", "power"),
        *("powers", "price", "prince", "queen", "rain", "ray", "read", "reed", "reeves"),
        *("rich", "rivers", "robin", "root", "rose", "royal", "rush", "sale", "sales", "sands"),
        *("self", "service", "sharp", "shepherd", "short", "silver", "sky", "small", "snow"),
        *("south", "speed", "spring", "star", "steel", "stone", "storm", "street", "strong"),
        *("sue", "summer", "summers", "swift", "taylor", "temple", "turner", "underwood"),
        *("violet", "wade", "walker", "wall", "ward", "waters", "way", "weeks", "wells"),
        *("west", "white", "will", "winter", "winters", "wise", "wolf", "wood", "woods"),
        *("word", "work", "young"),
    }
)
"""Names that are also words: they only count as part of a whole name."""


def leaks(text: str, people: Iterable[str] = (), colleagues: Iterable[str] = ()) -> tuple[str, ...]:
    """The parts of a text that mean nothing to readers, or are not for them, in order."""
    searched = _searched(text)
    codes = [match for pattern in _LEAKS for match in pattern.finditer(searched)]
    return _in_order([*codes, *_names(searched, people, colleagues)])


def names_in(
    text: str, people: Iterable[str] = (), colleagues: Iterable[str] = ()
) -> tuple[str, ...]:
    """The names of people in a text: of ``people`` also in part, of ``colleagues`` only whole."""
    return _in_order(_names(_searched(text), people, colleagues))


def candidate_names(texts: Iterable[str]) -> set[str]:
    """What may be a whole name: runs of two to four words, folded, and single words with a capital
    letter that are no ordinary ones. At most four a word."""
    runs = set()
    for text in texts:
        searched = _searched(text)
        words = folded_name(searched).split()
        capitals = (word for word in _WORD.findall(searched) if word[:1].isupper())
        runs |= {folded_name(word) for word in capitals} - _ORDINARY - {""}
        for length in (2, 3, 4):
            runs |= {" ".join(words[n : n + length]) for n in range(len(words) - length + 1)}
    return runs


def folded_name(name: str) -> str:
    """For comparing names: their words in small letters, in one coding, without a genitive's s."""
    folded = unicodedata.normalize("NFKC", name).casefold().replace("i\u0307", "i")
    return " ".join(_WORD.findall(_GENITIVE.sub("", folded)))


_GENITIVE = re.compile(r"['\u2019]s(?!\w)")
_WORD = re.compile(r"\w+(?:[-'\u2019]\w+)*")


def _searched(text: str) -> str:
    return _ADDRESS.sub(" ", visible(text))


def _in_order(matches: Iterable[re.Match[str]]) -> tuple[str, ...]:
    leaked = dict.fromkeys(match[0] for match in sorted(matches, key=lambda match: match.start()))
    return tuple(word for word in leaked if not any(word in other != word for other in leaked))


def _names(text: str, people: Iterable[str], colleagues: Iterable[str]) -> list[re.Match[str]]:
    matches = [match for name in (*people, *colleagues) for match in _whole(name, text)]
    return matches + [match for name in people for match in _parts(name, text)]


def _whole(name: str, text: str) -> Iterable[re.Match[str]]:
    """In any case, and with any space between its words."""
    words = r"\s+".join(re.escape(word) for word in name.split())
    return re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE) if words else ()


def _parts(name: str, text: str) -> Iterable[re.Match[str]]:
    """Each part of a name with a capital letter, unless it is also a word."""
    for part in name.split():
        if len(part) > 2 and part.casefold() not in _ORDINARY:
            yield from re.finditer(rf"(?<!\w){re.escape(part[:1].upper() + part[1:])}(?!\w)", text)


def plain(
    texts: Mapping[str, str],
    people: Iterable[str],
    colleagues: Iterable[str] = (),
    *,
    no_names: bool = False,
) -> tuple[Violation, ...]:
    """A violation for each field whose text is not in plain words.

    ``no_names``: the author has said that what looks like names names nobody.
    """
    people, colleagues = (() if no_names else tuple(names) for names in (people, colleagues))
    return tuple(
        Violation("U-PLAIN", _sentence(leaked, names_in(text, people, colleagues)), field)
        for field, text in texts.items()
        if (leaked := leaks(text, people, colleagues))
    )


def _sentence(leaked: tuple[str, ...], names: tuple[str, ...]) -> str:
    single = len(leaked) == 1
    sentence = (
        f"{listed(quoted(word) for word in leaked)} {'means' if single else 'mean'} nothing to"
        f" readers, or {'is' if single else 'are'} not theirs to know: say it in plain words."
    )
    if not names:
        return sentence
    one = len(names) == 1
    named = listed(quoted(name) for name in names)
    return (
        f"{sentence} If {named} {'is no name' if one else 'are no names'} of a person here,"
        " say so below."
    )
