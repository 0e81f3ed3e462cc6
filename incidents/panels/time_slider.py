"""The slider for looking back: its length, and the important moments on it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from html import unescape

from django.utils.html import strip_tags

from incidents.models import Incident, TimelineEntry
from incidents.rules.wording import counted
from incidents.timeline import kinds
from incidents.vocabulary import Status

MAX_TICKS = 60
"""Of an incident with more ticks, the newest."""
WIDTH = 1000
"""Of the drawing, in its own units."""
_MINUTE = timedelta(minutes=1)
_SECOND = timedelta(seconds=1)
_STEPS = (5, 10, 15, 30, 60, 120, 240, 720, 1440, 2880)


@dataclass(frozen=True, slots=True)
class Tick:
    """An important entry. ``minute`` is the first whole minute that includes it."""

    at: datetime
    label: str
    icon: str
    weight: str
    t: str
    minute: int
    x: int


@dataclass(frozen=True, slots=True)
class Scrubber:
    """``first`` to ``last`` in whole minutes; ``scale`` and the ticks' ``x`` are for drawing."""

    minutes: int
    minute: int
    position: str
    ticks: tuple[Tick, ...]
    before: Tick | None
    after: Tick | None
    scale: tuple[int, ...]


def end_of(incident: Incident, now: datetime) -> datetime:
    """The end of the slider: now, or the last entry of an incident that is over."""
    if incident.status == Status.ACTIVE:
        return max(now, incident.clock_start)
    return incident.timeline.order_by("-seq").values_list("at", flat=True)[0]


def scrubber(incident: Incident, moment: datetime, end: datetime) -> Scrubber:
    start = incident.clock_start
    minutes = max(1, -(-(end - start) // _MINUTE))
    ticks = _ticks(incident, minutes)
    passed = [tick for tick in ticks if tick.at <= moment]
    ahead = [tick for tick in ticks if tick.at > moment]
    return Scrubber(
        minutes=minutes,
        minute=min(minutes, (moment - start) // _MINUTE),
        position=_position(moment, passed),
        ticks=ticks,
        # Where one stands on a tick already, back leads to the one before it.
        before=next((tick for tick in reversed(passed) if moment - tick.at > _SECOND), None),
        after=next(iter(ahead), None),
        scale=_scale(minutes),
    )


def _ticks(incident: Incident, minutes: int) -> tuple[Tick, ...]:
    marked = [kind.code for kind in kinds.KINDS.values() if kind.tick]
    rows = TimelineEntry.objects.filter(incident=incident, kind__in=marked).order_by("-seq")
    return tuple(_tick(row, incident.clock_start, minutes) for row in reversed(rows[:MAX_TICKS]))


def _tick(row: TimelineEntry, start: datetime, minutes: int) -> Tick:
    kind = kinds.get(row.kind)
    headline, _ = kind.headline_and_body(row.subject, row.data)
    # The first whole second and minute at which the entry stands.
    seconds = -(-(row.at - start) // _SECOND)
    return Tick(
        at=row.at,
        label=unescape(strip_tags(headline)).rstrip("."),
        icon=kind.icon,
        weight=kind.tick,
        t=f"{seconds // 60}:{seconds % 60:02d}",
        minute=min(minutes, -(-seconds // 60)),
        x=round((row.at - start) / (minutes * _MINUTE) * WIDTH),
    )


def _position(moment: datetime, passed: list[Tick]) -> str:
    """Where the moment lies, by the last thing before it: "2 minutes after: Decision D-1"."""
    if not passed:
        return "before anything was decided"
    minutes = (moment - passed[-1].at) // _MINUTE
    when = f"{counted(minutes, 'minute')} after" if minutes else "just after"
    return f"{when}: {passed[-1].label}"


def _scale(minutes: int) -> tuple[int, ...]:
    """Where the drawing has its small marks: at most thirteen, at round minutes."""
    step = next(
        (minutes_apart for minutes_apart in _STEPS if minutes / minutes_apart <= 12), minutes
    )
    return tuple(round(at / minutes * WIDTH) for at in range(0, minutes + 1, step))
