"""May an incident be written up that was handled elsewhere (product, section 9: backfilled)?

``BF-TITLE``: the title says in one sentence what was wrong.
``BF-SEVERITY``: the severity is one that we know.
``BF-TIMES``: each of the four times is given.
``BF-PAST``: no time lies in the future.
``BF-ORDER``: each time follows the one before it.
``BF-OLD``: it began within the last ten years.
``BF-LONG``: it lasted a year at most.
``BF-HAPPENED``: the account says what happened.
``BF-DONE``: the account says what was done about it.
``BF-RECORD``: the account says where its own record is.
``BF-SOURCE``: the account says where it was handled, and why it is written up here.
``BF-SAME``: what happened and what was done are not the same text.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from incidents.rules.wording import duration
from incidents.vocabulary import Severity
from kernel.refusal import Violation
from kernel.text import same_reason, says_nothing

Violations = tuple[Violation, ...]

MAX_AGE = timedelta(days=3653)
"""Ten years: an older date is almost certainly a typing error."""

MAX_DURATION = timedelta(days=366)

ORDER = (
    ("began_at", "it began", "began"),
    ("declared_at", "it was declared", "was declared"),
    ("mitigated_at", "it was mitigated", "was mitigated"),
    ("recovered_at", "it had recovered", "had recovered"),
)
"""The times in order: the field, the clause for asking and the clause for comparing."""

_REQUIRED_TEXTS = (
    ("happened", "BF-HAPPENED", "Say what happened."),
    ("done", "BF-DONE", "Say what was done about it."),
    ("kept", "BF-RECORD", "Say where the record of it is kept: a link or a place."),
    ("source", "BF-SOURCE", "Say where it was handled, and why it is written up here."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The account of an incident that was handled elsewhere, as its author wrote it."""

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


def violations(account: Account, now: datetime) -> Violations:
    return (*_title_and_severity(account), *_times(account, now), *_texts(account))


def _title_and_severity(account: Account) -> Violations:
    violations = []
    if says_nothing(account.title):
        sentence = "Say in one sentence what was wrong."
        violations.append(Violation("BF-TITLE", sentence, "title"))
    if account.severity not in Severity.values:
        violations.append(Violation("BF-SEVERITY", "Choose the severity that it had.", "severity"))
    return tuple(violations)


def _times(account: Account, now: datetime) -> Violations:
    """Each time is given, is past, and follows the one before it."""
    violations = []
    known = []
    for field, question, did in ORDER:
        at: datetime | None = getattr(account, field)
        if at is None:
            violations.append(
                Violation("BF-TIMES", f"Say when {question}; about is enough.", field)
            )
        elif at > now:
            sentence = f"That is ahead: {question} in the past, or it is declared and handled here."
            violations.append(Violation("BF-PAST", sentence[:1].upper() + sentence[1:], field))
        else:
            known.append((field, at, did))
    for (_, before, first), (field, after, then) in pairwise(known):
        if after < before:
            sentence = f"It {then} {duration(before - after)} before it {first}: check both times."
            violations.append(Violation("BF-ORDER", sentence, field))
    return (*violations, *_plausible(account, now))


def _plausible(account: Account, now: datetime) -> Violations:
    """Neither so old nor so long that the year must be a typing error."""
    began, recovered = account.began_at, account.recovered_at
    if began is None:
        return ()
    if now - began > MAX_AGE:
        sentence = "It began more than ten years ago: check the year."
        return (Violation("BF-OLD", sentence, "began_at"),)
    if recovered is not None and recovered - began > MAX_DURATION:
        sentence = f"It lasted {duration(recovered - began)}: more than a year. Check the years."
        return (Violation("BF-LONG", sentence, "recovered_at"),)
    return ()


def _texts(account: Account) -> Violations:
    violations = [
        Violation(code, sentence, field)
        for field, code, sentence in _REQUIRED_TEXTS
        if says_nothing(getattr(account, field))
    ]
    if not says_nothing(account.done) and same_reason(account.happened, account.done):
        sentence = "What was done is told in the words of what happened. Say each."
        violations.append(Violation("BF-SAME", sentence, "done"))
    return tuple(violations)
