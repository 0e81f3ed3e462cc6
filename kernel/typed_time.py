"""Reads a time as people type it. One grammar for every field, whatever the field is about.

======================  ==========================================================================
``14:08``, ``14:08:31`` the clock of the zone; the nearest day that makes sense
``+25``, ``+25 min``    minutes from now, or from what the field counts from
``-25``                 minutes ago
``2h``, ``1h 30m``      so long from now; in a field about the past, so long ago
``today 14:08``,
``tomorrow 06:00``,
``yesterday 22:00``     that day in the zone
``2026-12-01 06:00``    ISO 8601, with or without seconds and zone
``02:30+01:00``         a clock time with its offset, where the hour comes twice
======================  ==========================================================================

Nothing is shifted silently. An hour that the clocks skip is refused, and so is a day without its
time. Where an hour comes twice and both readings make sense, the nearer is read and the other goes
with it, so that whoever typed it can be asked.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

JUST_PAST = timedelta(hours=12)
"""In a field about what comes, a clock time so shortly past is today's, and so too late."""

CLOCK_SKEW = timedelta(minutes=5)
"""In a field about the past, a clock time so shortly ahead is today's, and so too early."""

MAX_FROM_NOW = timedelta(minutes=100_000)

EXAMPLES = "14:08, +25 (minutes), 2h, tomorrow 06:00 or 2026-12-01 06:00"

_DAYS = {"yesterday": -1, "today": 0, "tomorrow": 1}

_CLOCK = r"(?P<clock>\d{1,2}:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
_OFFSET = r"(?:\s*(?P<offset>z|utc|[+-]\d\d:?\d\d))?"
_DAY = r"(?P<day>\d{4}-\d\d-\d\d|" + "|".join(_DAYS) + ")"
_MOMENT = re.compile(rf"(?:{_DAY}(?:\s+|t))?{_CLOCK}{_OFFSET}", re.ASCII)
_ONLY_DAY = re.compile(_DAY, re.ASCII)
_MINUTES = re.compile(r"(?P<sign>[+-])\s*(?P<minutes>\d{1,9})\s*(?:m|min|minutes?)?", re.ASCII)
_LENGTH = re.compile(
    r"(?P<sign>[+-]?)\s*(?=\d)(?:(?P<days>\d{1,4})\s*(?:d|days?)\s*)?"
    r"(?:(?P<hours>\d{1,5})\s*(?:h|hours?)\s*)?(?:(?P<minutes>\d{1,6})\s*(?:m|min|minutes?))?",
    re.ASCII,
)


class Tense(StrEnum):
    """What a field is about, and so which reading of a clock time makes sense there."""

    FUTURE = "future"
    PAST = "past"


class UnreadableTime(ValueError):
    """``sentence`` says what is wrong with the text; "" when it is no time at all."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Reading:
    """``other`` is the second moment that the text may stand for, where its hour comes twice."""

    moment: datetime
    other: datetime | None = None


def read_time(
    text: str,
    now: datetime,
    zone: tzinfo,
    tense: Tense = Tense.FUTURE,
    after: datetime | None = None,
) -> Reading:
    """Read ``text`` as somebody in ``zone`` means it; moments are in UTC.

    ``after`` is the moment that this one follows, such as the begin of a window of which this is
    the end: a clock time is the first one after it, and lengths count from it. Raises
    ``UnreadableTime``.
    """
    text = " ".join(text.lower().split())
    try:
        if match := _MINUTES.fullmatch(text) or _LENGTH.fullmatch(text):
            return Reading(_counted(match, now, tense, after))
        if match := _MOMENT.fullmatch(text):
            return _moment(match, text, now, zone, tense, after)
    except (ValueError, OverflowError) as error:
        if isinstance(error, UnreadableTime):
            raise
        raise UnreadableTime() from error
    if _ONLY_DAY.fullmatch(text) and _is_day(text):
        raise UnreadableTime(f"Add the time of that day, such as {text} 06:00.")
    raise UnreadableTime()


def _is_day(text: str) -> bool:
    """A word for a day, or a date that the calendar has."""
    try:
        return text in _DAYS or bool(date.fromisoformat(text))
    except ValueError:
        return False


def write_time(moment: datetime, zone: tzinfo) -> str:
    """As it would be typed: ``2026-12-01 06:00``, with its offset where the hour comes twice."""
    local = moment.astimezone(zone)
    twice = local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
    return local.strftime("%Y-%m-%d %H:%M") + (offset_of(moment, zone) if twice else "")


def offset_of(moment: datetime, zone: tzinfo) -> str:
    """``+02:00``"""
    return moment.astimezone(zone).isoformat(timespec="minutes")[16:]


def ask_which(reading: Reading, zone: tzinfo) -> str:
    """The sentence for a time that comes twice."""
    first, second = sorted(filter(None, (reading.moment, reading.other)))
    local = first.astimezone(zone)
    near, far = reading.moment, reading.other or reading.moment
    return (
        f"{local:%H:%M} comes twice on {local:%-d %B}, as the clocks go back: "
        f"{local:%H:%M}{offset_of(first, zone)}, then {local:%H:%M}{offset_of(second, zone)}. "
        f"The nearer, {offset_of(near, zone)}, is filled in: send it if you mean it, or write "
        f"{offset_of(far, zone)} in its place."
    )


def _counted(match: re.Match[str], now: datetime, tense: Tense, after: datetime | None) -> datetime:
    parts = match.groupdict()
    length = timedelta(
        **{name: int(parts[name]) for name in ("days", "hours", "minutes") if parts.get(name)}
    )
    if length > MAX_FROM_NOW:
        raise UnreadableTime()
    ago = parts["sign"] == "-" or (not parts["sign"] and tense == Tense.PAST)
    return ((now if after is None else after) + (-length if ago else length)).astimezone(UTC)


def _moment(
    match: re.Match[str],
    text: str,
    now: datetime,
    zone: tzinfo,
    tense: Tense,
    after: datetime | None,
) -> Reading:
    clock_time = time.fromisoformat(match["clock"].zfill(len(match["clock"].partition(":")[2]) + 3))
    if offset := match["offset"]:
        zone = _zone_of(offset)
    local_now = now.astimezone(zone)
    if day := match["day"]:
        on = (
            local_now.date() + timedelta(days=_DAYS[day])
            if day in _DAYS
            else date.fromisoformat(day)
        )
        return _on(on, clock_time, now, zone, tense, after)
    if after is not None:
        return _first_after(clock_time, now, zone, tense, after)
    return _nearest(clock_time, text, now, zone, tense)


def _zone_of(offset: str) -> tzinfo:
    if offset in {"z", "utc"}:
        return UTC
    zone = datetime.strptime(offset, "%z").tzinfo
    assert zone is not None
    return zone


def _readings(on: date, clock_time: time, zone: tzinfo) -> list[datetime]:
    """The moments at which clocks in ``zone`` show it: two, one, or none where they skip it."""
    wall = datetime.combine(on, clock_time, zone)
    moments = {wall.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        moment
        for moment in moments
        if moment.astimezone(zone).replace(tzinfo=None, fold=0) == wall.replace(tzinfo=None)
    )


def _on(
    on: date,
    clock_time: time,
    now: datetime,
    zone: tzinfo,
    tense: Tense,
    after: datetime | None = None,
) -> Reading:
    moments = _readings(on, clock_time, zone)
    if not moments:
        raise UnreadableTime(
            f"{clock_time:%H:%M} does not exist on {on:%-d %B}: the clocks go forward over it."
        )
    if tense == Tense.PAST:
        possible = [moment for moment in moments if moment <= now] or moments[:1]
        possible.reverse()
    else:
        possible = [moment for moment in moments if moment > (after or now)] or moments[-1:]
    return Reading(*possible)


def _nearest(clock_time: time, text: str, now: datetime, zone: tzinfo, tense: Tense) -> Reading:
    local = now.astimezone(zone).replace(tzinfo=None)
    today = local.date()
    wall = datetime.combine(today, clock_time)
    if tense == Tense.FUTURE:
        on = today if wall >= local - JUST_PAST else today + timedelta(days=1)
        return _on(on, clock_time, now, zone, tense)
    moments = _readings(today, clock_time, zone)
    if (not moments and wall <= local) or any(moment <= now for moment in moments):
        return _on(today, clock_time, now, zone, tense)
    if any(moment <= now + CLOCK_SKEW for moment in moments):
        raise UnreadableTime(
            f"{text} is still ahead. If you mean the day before, write yesterday {text}."
        )
    return _on(today - timedelta(days=1), clock_time, now, zone, tense)


def _first_after(
    clock_time: time, now: datetime, zone: tzinfo, tense: Tense, after: datetime
) -> Reading:
    on = after.astimezone(zone).date()
    moments = _readings(on, clock_time, zone)
    wall_is_later = datetime.combine(on, clock_time) > after.astimezone(zone).replace(tzinfo=None)
    if not any(moment > after for moment in moments) and not (wall_is_later and not moments):
        on += timedelta(days=1)
    return _on(on, clock_time, now, zone, tense, after)
