"""How far ahead the next checkpoint may lie (product, rule ``D-NEXT``)."""

from datetime import datetime, timedelta

from incidents.rules.wording import duration
from incidents.vocabulary import Severity

MAX_DEADLINE: dict[str, timedelta] = {
    Severity.SEV1: timedelta(minutes=60),
    Severity.SEV2: timedelta(hours=4),
    Severity.SEV3: timedelta(hours=72),
}


def max_deadline(severity: str) -> timedelta | None:
    """How far ahead a deadline may lie; None while no severity is set."""
    return MAX_DEADLINE.get(severity)


def deadline_problem(subject: str, due: datetime, now: datetime, severity: str) -> str:
    """Why ``due`` cannot be the next deadline, as a sentence; empty when it can.

    It must lie strictly ahead; exactly at the limit is allowed. ``subject`` starts the sentence
    ("The deadline").
    """
    limit = max_deadline(severity)
    if due <= now:
        return f"{subject} has passed; {_allowed(limit, severity)}."
    if limit is None or due - now <= limit:
        return ""
    away, allowed = duration(due - now), duration(limit)
    if away.split()[1:] == allowed.split()[1:]:
        allowed = allowed.split()[0]
    return f"{subject} is {away} away; {Severity(severity).label} allows {allowed} at most."


def _allowed(limit: timedelta | None, severity: str) -> str:
    if limit is None:
        return "choose a time ahead"
    return f"{Severity(severity).label} allows up to {duration(limit)} from now"
