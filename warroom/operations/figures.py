"""What the database says about how things run, in few queries, whatever the sizes of its tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Min, Q, QuerySet

from comms.models import Delivery
from incidents.models import Claim
from retros.models import Package
from retros.vocabulary import PackageState
from warroom.models import LastTick
from warroom.operations import dependencies
from warroom.schedule import heartbeat

State = Delivery.State


@dataclass(frozen=True, slots=True)
class Waiting:
    """Deliveries of one channel that are not out yet; ``overdue`` is how long the first has waited
    past its time."""

    count: int
    overdue: timedelta


@dataclass(frozen=True, slots=True)
class Figures:
    tick: LastTick | None
    outbox: Mapping[str, Waiting]
    dead: int
    failed_claims: Mapping[str, int]
    packages: Mapping[str, int]
    migrations: list[str]
    status_failures: Mapping[str, Mapping[str, str]]
    status_rendered_at: datetime | None

    @property
    def waiting(self) -> int:
        return sum(channel.count for channel in self.outbox.values())

    @property
    def overdue(self) -> timedelta:
        return max((channel.overdue for channel in self.outbox.values()), default=timedelta(0))


def read(now: datetime) -> Figures:
    """Six queries."""
    tick = heartbeat.last()
    return Figures(
        tick=tick,
        outbox=_outbox(now),
        dead=dead().count(),
        failed_claims=dict(
            failed_claims().values_list("kind").annotate(found=Count("pk")).order_by("kind")
        ),
        packages=dict(
            Package.objects.filter(state__in=[PackageState.WAITING, PackageState.FAILED])
            .values_list("state")
            .annotate(found=Count("pk"))
            .order_by("state")
        ),
        migrations=dependencies.pending_migrations(),
        status_failures=heartbeat.status_failures(tick),
        status_rendered_at=getattr(tick, "status_rendered_at", None),
    )


def dead() -> QuerySet[Delivery]:
    """Deliveries given up. A test of somebody's own settings fails at once, and they know."""
    return Delivery.objects.filter(state=State.DEAD, tested_by=None)


def failed_claims() -> QuerySet[Claim]:
    """Due work that failed; it is tried again, and goes from here once it is done."""
    return Claim.objects.filter(claimed_at=None)


def _outbox(now: datetime) -> dict[str, Waiting]:
    """As the outbox finds its work, by the same index."""
    open_ = Delivery.objects.filter(state__in=[State.WAITING, State.SENDING, State.HANDED])
    due = Min("next_try_at", filter=Q(state=State.WAITING))
    rows = open_.values_list("channel").annotate(found=Count("pk"), first=due).order_by("channel")
    return {
        channel: Waiting(count, max(timedelta(0), now - first if first else timedelta(0)))
        for channel, count, first in rows
    }
