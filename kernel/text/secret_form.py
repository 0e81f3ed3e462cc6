"""What a form of a secret is: a pattern, and when its match counts.

Every pattern must be safe on a hostile megabyte: repeats are bounded, possessive, or cannot
restart inside what they matched. tests/kernel/test_masking_safety.py checks each one.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from kernel.text import secret_names as names
from kernel.text.markers import SecretKind as Kind

_REST_OF_TOKEN = re.compile(r"[\w-]*+")


@dataclass(frozen=True, slots=True)
class Form:
    """A pattern whose value (see ``names.span_of``) is a secret of ``kind``.

    ``gates``: the pattern is tried only when one of these stands in the lower-cased text.
    ``folded``: the pattern is in small letters and reads the lower-cased text (several times
    faster than re.IGNORECASE, which cannot skip ahead).
    ``token``: the secret is a word of its own, masked to its end however long it is.
    """

    pattern: re.Pattern[str]
    kind: Kind | Callable[[re.Match[str]], Kind]
    gates: tuple[str, ...]
    token: bool = False
    folded: bool = False
    accepts: Callable[[re.Match[str]], bool] = lambda match: True

    def find(self, text: str, lowered: str) -> Iterator[tuple[int, int, Kind]]:
        """Spans of secrets in ``text``; ``lowered`` is the same text, of the same length."""
        if not any(gate in lowered for gate in self.gates):
            return
        done = 0
        for match in self.pattern.finditer(lowered if self.folded else text):
            start, end = names.span_of(match)
            if start < done or not self.accepts(match):
                continue
            if self.token:
                if start and (text[start - 1].isalnum() or text[start - 1] == "_"):
                    continue
                rest = _REST_OF_TOKEN.match(text, end)
                end = rest.end() if rest else end
            done = end
            yield start, end, self.kind if isinstance(self.kind, Kind) else self.kind(match)


def token_form(
    pattern: str,
    *gates: str,
    kind: Kind = Kind.ACCESS_TOKEN,
    accepts: Callable[[re.Match[str]], bool] = lambda match: True,
) -> Form:
    return Form(re.compile(pattern), kind, gates, token=True, accepts=accepts)


def named_form(
    pattern: str,
    *gates: str,
    kind: Kind | Callable[[re.Match[str]], Kind],
    accepts: Callable[[re.Match[str]], bool] = names.is_a_value,
) -> Form:
    return Form(re.compile(pattern, re.VERBOSE), kind, gates, folded=True, accepts=accepts)


def block_form(pattern: str, *gates: str) -> Form:
    return Form(re.compile(pattern, re.VERBOSE | re.MULTILINE), Kind.PRIVATE_KEY, gates)


def has_digit(match: re.Match[str]) -> bool:
    return any(c.isdigit() for c in match["value"])


def is_no_short_word(match: re.Match[str]) -> bool:
    value = match["value"]
    return names.is_a_value(match) and not (len(value) < 8 and value.isalpha())


def is_mixed_token(match: re.Match[str]) -> bool:
    token = match[0]
    return any(map(str.isdigit, token)) and token not in (token.lower(), token.upper())


def is_digits_and_letters(match: re.Match[str]) -> bool:
    return any(map(str.isdigit, match[0])) and any(map(str.isalpha, match[0][4:]))


def is_mixed(match: re.Match[str]) -> bool:
    """Digits, capitals and small letters: neither a hash nor a path."""
    value = match["value"]
    return has_digit(match) and value != value.lower() and value != value.upper()


def is_no_name(match: re.Match[str]) -> bool:
    """Digits, capitals and small letters, as the text itself writes them, and no path."""
    return is_mixed(match) and "/" not in match["value"] and names.is_a_value(match)


def within(command: str, length: int) -> str:
    """The rest of one command's line, without a second one and without a mask."""
    return rf"(?:(?!{command})[^\n|;⟦⟧]|\\\n){{0,{length}}}?"
