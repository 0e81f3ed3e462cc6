"""Parses the time at which somebody wants to see an incident, as typed in a field or a URL."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from kernel.typed_time import Reading, Tense, UnreadableTime, offset_of, read_time, write_time

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
    try:
        reading = _parse(text, first, last, zone)
    except UnreadableTime as error:
        no_time = (
            f"“{text[:40]}” is no time of this incident. Give minutes since it was declared, such "
            "as 20 or 20:30, or a date with its time."
        )
        return RequestedMoment(last, error.sentence or no_time)
    moment = reading.moment
    if moment < first:
        return RequestedMoment(first, "It was not declared before this.")
    # The slider ends on the whole minute after the last entry.
    if moment > last + timedelta(minutes=1):
        return RequestedMoment(last, "There is nothing later than this.")
    return RequestedMoment(min(moment, last), _twice(reading, first, last, zone))


def _twice(reading: Reading, first: datetime, last: datetime, zone: tzinfo) -> str:
    """That the clocks showed this time twice during the incident, and how to ask for the other."""
    if reading.other is None or not first <= reading.other <= last:
        return ""
    return (
        f"{reading.moment.astimezone(zone):%H:%M} came twice: this is "
        f"{offset_of(reading.moment, zone)}. For the other write "
        f"{write_time(reading.other, zone)}."
    )


def _parse(text: str, first: datetime, last: datetime, zone: tzinfo) -> Reading:
    """Minutes count from ``first``; everything else is read as in any field about the past."""
    try:
        if match := _MINUTES.fullmatch(text):
            return Reading(first + timedelta(minutes=int(match[1]), seconds=int(match[2] or 0)))
        if match := _ELAPSED.fullmatch(text):
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return Reading(first + timedelta(hours=hours, minutes=minutes, seconds=seconds))
    except OverflowError as error:
        raise UnreadableTime() from error
    return read_time(text, last, zone, Tense.PAST)
