"""Which moment of an incident somebody asks for, as typed into an address or a field."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

_MINUTES = re.compile(r"(\d{1,6})(?::([0-5]\d))?")
_ELAPSED = re.compile(r"[Tt][+ ]?(\d{1,4}):([0-5]\d)(?::([0-5]\d))?")


@dataclass(frozen=True, slots=True)
class Asked:
    """``problem`` says in words why it is another moment than was asked for."""

    moment: datetime
    problem: str = ""


def asked(text: str, first: datetime, last: datetime, zone: tzinfo) -> Asked:
    """Minutes since ``first`` (``20``), with seconds (``20:30``), as shown (``T+00:20``), or a
    date with its time in ISO 8601, in ``zone`` unless it names one. Never outside of the two."""
    text = " ".join(text.split())
    if not text:
        return Asked(last)
    moment = _read(text, first, zone)
    if moment is None:
        return Asked(
            last,
            f"“{text[:40]}” is no time of this incident. Give minutes since it was declared, such "
            "as 20 or 20:30, or a date with its time.",
        )
    if moment < first:
        return Asked(first, "It was not declared before this.")
    # The slider ends on a whole minute, a little after what it shows.
    if moment > last + timedelta(minutes=1):
        return Asked(last, "There is nothing later than this.")
    return Asked(min(moment, last))


def _read(text: str, first: datetime, zone: tzinfo) -> datetime | None:
    try:
        if found := _MINUTES.fullmatch(text):
            return first + timedelta(minutes=int(found[1]), seconds=int(found[2] or 0))
        if found := _ELAPSED.fullmatch(text):
            hours, minutes, seconds = (int(part or 0) for part in found.groups())
            return first + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        moment = datetime.fromisoformat(text)
        # Near the ends of the calendar a zone leads out of it.
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(zone)
    except (ValueError, OverflowError):
        return None
