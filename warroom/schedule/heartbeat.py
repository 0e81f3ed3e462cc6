"""The time of the last tick, for other processes: one row, written once a tick."""

from datetime import datetime, timedelta

from django.db.models import Case, F, Value, When

from kernel import clock
from warroom.models import LastTick

LATE = timedelta(seconds=15)
"""A tick comes each second, and may take some when much is due; after this it counts as gone."""


def note(now: datetime) -> None:
    """The tick that began at ``now`` has done all that was due."""
    took = max(0.0, (clock.now() - now).total_seconds())
    unbroken = Case(When(at__lt=now - LATE, then=Value(now)), default=F("since"))
    if not LastTick.objects.filter(pk=1).update(at=now, since=unbroken, took=took):
        first = LastTick(pk=1, at=now, since=now, took=took)
        LastTick.objects.bulk_create([first], ignore_conflicts=True)


def last() -> LastTick | None:
    return LastTick.objects.filter(pk=1).first()


def is_late(tick: LastTick | None, now: datetime) -> bool:
    return tick is None or now - tick.at > LATE
