"""The time of the last tick, for other processes: one row, written once a tick."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db.models import Case, F, Subquery, Value, When

from comms.models import StatusSite
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
    """With ``status_failures`` and ``status_rendered_at`` of the status site, in the same query."""
    site = StatusSite.objects.filter(pk=1)
    rows = LastTick.objects.annotate(
        status_failures=Subquery(site.values("failures")[:1]),
        status_rendered_at=Subquery(site.values("rendered_at")[:1]),
    )
    return rows.filter(pk=1).first()


def status_failures(tick: LastTick | None) -> Mapping[str, Mapping[str, str]]:
    """Parts of the status site that could not be rendered, by name (see ``StatusSite``)."""
    return getattr(tick, "status_failures", None) or {}


def is_late(tick: LastTick | None, now: datetime) -> bool:
    """Also of one from the future: the clock that it was read from is no evidence of anything."""
    return tick is None or abs(now - tick.at) > LATE
