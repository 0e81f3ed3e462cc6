"""How a mail is written on the wire, for all that Warroom sends.

Two things differ from Python's policy for SMTP. Headers that programs read (addresses to leave,
names of threads) are folded at their blanks only: Python would write a word over 77 characters as
an RFC 2047 encoded word, which no mail program decodes there, and one-click leaving would fail.
And every line is ASCII, since a server without 8BITMIME may not be sent anything else.
"""

from email.header import Header
from email.policy import SMTP, EmailPolicy
from email.utils import quote
from typing import Any

READ_BY_PROGRAMS = frozenset(
    {
        "auto-submitted",
        "in-reply-to",
        "list-id",
        "list-unsubscribe",
        "list-unsubscribe-post",
        "message-id",
        "precedence",
        "references",
    }
)

MAX_LINE_CHARACTERS = 78
"""A line is folded after so many where it has a blank (RFC 5322, 2.1.1)."""

_PLAIN_IN_A_PHRASE = frozenset(" !#$%&'*+-/=?^_`{|}~")


class WirePolicy(EmailPolicy):
    def _fold(self, name: str, value: Any, refold_binary: bool = False) -> str:
        if name.lower() not in READ_BY_PROGRAMS:
            return str(super()._fold(name, value, refold_binary))  # type: ignore[misc]
        first, *others = _tokens(str(value)) or [""]
        lines = [f"{name}: {first}"]  # however long: some programs read the first line alone
        for token in others:
            if len(lines[-1]) + 1 + len(token) > MAX_LINE_CHARACTERS:
                lines.append("")
            lines[-1] += f" {token}"
        return self.linesep.join(lines) + self.linesep


WIRE: EmailPolicy = WirePolicy(linesep=SMTP.linesep, cte_type="7bit")


def _tokens(value: str) -> list[str]:
    """The words of a header; a name before ``<…>`` is quoted or encoded, the rest is as it is."""
    phrase, bracket, rest = value.partition("<")
    if not bracket or not phrase.strip():
        return value.split()
    return [*_phrase(phrase.strip()), *f"<{rest}".split()]


def _phrase(text: str) -> list[str]:
    if not text.isascii():
        return Header(text, "utf-8", maxlinelen=MAX_LINE_CHARACTERS).encode().split()
    if all(character.isalnum() or character in _PLAIN_IN_A_PHRASE for character in text):
        return text.split()
    return [f'"{quote(text)}"']
