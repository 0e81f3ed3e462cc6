"""What a text names: addresses, references such as ``E-7``, people as ``@name``. In linear time."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

MAX_URL_CHARACTERS = 2000

_NOT_IN_URLS = r"\s<>\"'`“”‘’«»\\\x00-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
_NAMED = re.compile(
    rf"(?P<url>https?://[^{_NOT_IN_URLS}]+)"
    r"|(?<![\w/.-])(?P<reference>(?:INC|CP|E|D)-[0-9]{1,9})(?![\w-])"
    r"|(?<![\w@.+/-])@(?P<name>\w[\w.@+-]{0,149})",
    re.IGNORECASE,
)
_ENDS_OF_SENTENCES = ".,;:!?…"
_BRACKETS = {")": "(", "]": "[", "}": "{"}
_MASK = "⟦"


class Named(Enum):
    NOTHING = "nothing"
    URL = "url"
    REFERENCE = "reference"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a text as it was typed; ``value`` is what it names: ``E-7``, a name without @."""

    named: Named
    text: str
    value: str = ""


def parts(text: str) -> Iterator[Part]:
    """The whole text in its order: joined, the parts are the text again."""
    done = 0
    for match in _NAMED.finditer(text):
        part = _part(match)
        if part is None:
            continue
        if match.start() > done:
            yield Part(Named.NOTHING, text[done : match.start()])
        yield part
        done = match.start() + len(part.text)
    if done < len(text):
        yield Part(Named.NOTHING, text[done:])


def named(text: str, wanted: Named) -> list[str]:
    """What is named so, in order, with repetitions."""
    return [part.value for part in parts(text) if part.named == wanted]


def texts_in(value: Any) -> Iterator[str]:
    """Every string in a value of JSON: itself, or those in its lists and objects."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from texts_in(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for part in value:
            yield from texts_in(part)


def names_anybody(value: Any) -> bool:
    """Whether any string in a value of JSON has a ``@name``."""
    return any("@" in text and named(text, Named.NAME) for text in texts_in(value))


def _part(match: re.Match[str]) -> Part | None:
    if url := match["url"]:
        url = _without_ending(url)
        return Part(Named.URL, url, url) if _is_plain_url(url) else None
    if reference := match["reference"]:
        # Typed small they are words of other things too: "e-7", "d-1".
        return Part(Named.REFERENCE, reference, reference) if reference.isupper() else None
    name = match["name"].rstrip(".-+@")
    return Part(Named.NAME, f"@{name}", name)


def _without_ending(url: str) -> str:
    """Without what ends the sentence or closes a bracket that was opened before the address."""
    end = len(url)
    counts = {closing: url.count(closing) - url.count(_BRACKETS[closing]) for closing in _BRACKETS}
    while end:
        last = url[end - 1]
        if counts.get(last, 0) > 0:
            counts[last] -= 1
        elif last not in _ENDS_OF_SENTENCES:
            break
        end -= 1
    return url[:end]


def _is_plain_url(url: str) -> bool:
    """One that a browser may follow and that leads where it seems to."""
    if len(url) > MAX_URL_CHARACTERS or _MASK in url:
        return False
    try:
        address = urlsplit(url)
        return bool(address.hostname) and "@" not in address.netloc
    except ValueError:
        return False
