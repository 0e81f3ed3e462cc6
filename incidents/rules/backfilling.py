"""May an incident be written up as handled elsewhere? Pure (product, 9: backfilled)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from incidents.rules.wording import duration
from incidents.vocabulary import Severity
from kernel.refusal import Violation
from kernel.text import same_reason, says_nothing

Found = tuple[Violation, ...]

OLDEST = timedelta(days=3653)
"""Ten years: what is older is a slip of the keyboard, or history."""

LONGEST = timedelta(days=366)

ORDER = (
    ("began_at", "it began", "began"),
    ("declared_at", "it was declared", "was declared"),
    ("mitigated_at", "it was mitigated", "was mitigated"),
    ("recovered_at", "it had recovered", "had recovered"),
)
"""Its times in order: the field, how one asks for it, and what it did then."""

_WORDS = (
    ("happened", "BF-HAPPENED", "Say what happened."),
    ("done", "BF-DONE", "Say what was done about it."),
    ("kept", "BF-RECORD", "Say where the record of it is kept: a link or a place."),
    ("source", "BF-SOURCE", "Say where it was handled, and why it is written up here."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """What is told of an incident that was handled elsewhere, as it was written."""

    title: str = ""
    severity: str = ""
    began_at: datetime | None = None
    declared_at: datetime | None = None
    mitigated_at: datetime | None = None
    recovered_at: datetime | None = None
    happened: str = ""
    done: str = ""
    kept: str = ""
    source: str = ""


def violations(told: Account, now: datetime) -> Found:
    return (*_named(told), *_timed(told, now), *_worded(told))


def _named(told: Account) -> Found:
    found = []
    if says_nothing(told.title):
        words = "Say in one sentence what was wrong."
        found.append(Violation("BF-TITLE", words, "title"))
    if told.severity not in Severity.values:
        found.append(Violation("BF-SEVERITY", "Choose the severity that it had.", "severity"))
    return tuple(found)


def _timed(told: Account, now: datetime) -> Found:
    """Each time is there, is past, and follows the one before it."""
    found = []
    known = []
    for field, asked, did in ORDER:
        at: datetime | None = getattr(told, field)
        if at is None:
            found.append(Violation("BF-TIMES", f"Say when {asked}; about is enough.", field))
        elif at > now:
            words = f"That is ahead: {asked} in the past, or it is declared and handled here."
            found.append(Violation("BF-PAST", words[:1].upper() + words[1:], field))
        else:
            known.append((field, at, did))
    for (_, before, first), (field, after, then) in pairwise(known):
        if after < before:
            words = f"It {then} {duration(before - after)} before it {first}: check both times."
            found.append(Violation("BF-ORDER", words, field))
    return (*found, *_sensible(told, now))


def _sensible(told: Account, now: datetime) -> Found:
    """Neither so old nor so long that a year was mistyped."""
    begun, over = told.began_at, told.recovered_at
    if begun is None:
        return ()
    if now - begun > OLDEST:
        words = "It began more than ten years ago: check the year."
        return (Violation("BF-OLD", words, "began_at"),)
    if over is not None and over - begun > LONGEST:
        words = f"It lasted {duration(over - begun)}: more than a year. Check the years."
        return (Violation("BF-LONG", words, "recovered_at"),)
    return ()


def _worded(told: Account) -> Found:
    found = [
        Violation(code, words, field)
        for field, code, words in _WORDS
        if says_nothing(getattr(told, field))
    ]
    if not says_nothing(told.done) and same_reason(told.happened, told.done):
        words = "What was done is told in the words of what happened. Say each."
        found.append(Violation("BF-SAME", words, "done"))
    return tuple(found)
