"""Parses the time at which somebody wants to see an incident, as typed in a field or a URL."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

_MINUTES = re.compile(r"(\d{1,6})(?::([0-5]\d))?")
_ELAPSED = re.compile(r"[Tt][+ ]?(\d{1,4}):([0-5]\d)(?::([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class RequestedMoment:
    """The moment to show; ``problem`` says why it is not the one that was requested."""

    moment: datetime
    problem: str = ""


def parse_moment(text: str, first: datetime, last: datetime, zone: tzinfo) -> RequestedMoment:
    """Parse minutes since ``first`` (``20``, ``20:30``, ``T+00:20``) or an ISO 8601 date and time.

    A date without a zone is in ``zone``. The result always lies between ``first`` and ``last``.
    """
    text = " ".join(text.split())
    if not text:
        return RequestedMoment(last)
    moment = _parse(text, first, zone)
    if moment is None:
        return RequestedMoment(
            last,
            f"“{text[:40]}” is no time of this incident. Give minutes since it was declared, such "
            "as 20 or 20:30, or a date with its time.",
        )
    if moment < first:
        return RequestedMoment(first, "It was not declared before this.")
    # The slider ends on the whole minute after the last entry.
    if moment > last + timedelta(minutes=1):
        return RequestedMoment(last, "There is nothing later than this.")
    return RequestedMoment(min(moment, last))


def _parse(text: str, first: datetime, zone: tzinfo) -> datetime | None:
    try:
        if match := _MINUTES.fullmatch(text):
            return first + timedelta(minutes=int(match[1]), seconds=int(match[2] or 0))
        if match := _ELAPSED.fullmatch(text):
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return first + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        moment = datetime.fromisoformat(text)
        # Converting the zone near year 1 or 9999 overflows.
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        return None
