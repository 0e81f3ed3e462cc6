"""Helpers for the sentences of the rules: durations, lists, quotes."""

from collections.abc import Iterable
from datetime import timedelta

_QUOTED = 40
_MINUTE = timedelta(minutes=1)
_DAYS_FROM = timedelta(days=4)


def duration(length: timedelta) -> str:
    """A length in words, rounded up to the minute: "90 minutes", "4 hours 1 minute", "5 days".

    Durations, not clock times: a rule does not know the zone of its reader.
    """
    if length > _DAYS_FROM:
        return counted(-(-length // timedelta(days=1)), "day")
    minutes = -(-length // _MINUTE)
    if minutes <= 120:
        return counted(minutes, "minute")
    hours, rest = divmod(minutes, 60)
    return counted(hours, "hour") + (f" {counted(rest, 'minute')}" if rest else "")


def counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def listed(names: Iterable[str], last: str = "and") -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *head, tail = list(names) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def quoted(text: str) -> str:
    """What somebody typed, on one line and short enough for a sentence."""
    line = " ".join(text.split())
    return f"“{line if len(line) <= _QUOTED else line[: _QUOTED - 1].rstrip() + '…'}”"


def first_lower(label: object) -> str:
    """A label (of an enum, so possibly lazy) for the middle of a sentence."""
    text = str(label)
    return text[:1].lower() + text[1:]
