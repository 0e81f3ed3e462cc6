"""The evidence minimum of a scenario: which item is met, by what, and since when.

Playbook, "Scenario library". An item is met by evidence that somebody named as serving it, or that
is recognised by what it is for or by the command that printed it.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.rules.checklist import DerivedItem


@dataclass(frozen=True, slots=True)
class Needed:
    """One item of an evidence minimum.

    ``purpose`` (of the vocabulary) and ``command`` (words of a command line) recognise evidence by
    itself; where both are given both must fit. Without either somebody has to name the evidence.
    """

    key: str
    label: str
    purpose: str = ""
    command: str = ""

    @property
    def is_recognised(self) -> bool:
        return bool(self.purpose or self.command)


@dataclass(frozen=True, slots=True)
class Bearing:
    """An evidence item that may meet something, from the moment ``at``.

    ``key`` is the item that somebody named it for: then ``at`` is when they did. Without one ``at``
    is when it was captured.
    """

    number: int
    at: datetime
    key: str = ""
    purpose: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class Minimum:
    """One item with the numbers of what meets it, the first first."""

    item: DerivedItem
    evidence: tuple[int, ...] = ()


def minimum(needed: Iterable[Needed], bearing: Iterable[Bearing]) -> tuple[Minimum, ...]:
    """Each item in its order, met from the first evidence that bears on it."""
    known = sorted(bearing, key=lambda one: (one.at, one.number))
    return tuple(_judged(one, [b for b in known if bears(b, one)]) for one in needed)


def _judged(needed: Needed, found: list[Bearing]) -> Minimum:
    missing = "" if found else "no evidence shows it yet"
    item = DerivedItem(needed.key, needed.label, found[0].at if found else None, missing)
    return Minimum(item, tuple(dict.fromkeys(one.number for one in found)))


def bears(bearing: Bearing, needed: Needed) -> bool:
    """Named for this very item, or recognised as it."""
    if bearing.key:
        return bearing.key == needed.key
    if not needed.is_recognised or (needed.purpose and bearing.purpose != needed.purpose):
        return False
    return bool(re.search(pattern(needed.command), bearing.command, re.IGNORECASE))


def pattern(words: str) -> str:
    """The words one after the other, however they are spaced. Read alike by ``re`` and Postgres."""
    return r"\s+".join(re.escape(word) for word in words.split())
