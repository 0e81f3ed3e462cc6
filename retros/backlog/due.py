"""What has come due of the backlog at a moment: items whose owner is to be reminded."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from incidents.models import Claim
from retros.backlog.reminders import EVERY, KINDS, LATE, LEAD, reminder
from retros.models import BacklogItem


@dataclass(frozen=True, slots=True)
class Owed:
    """One reminder to write. ``due_at`` is its own time, by which it is claimed."""

    kind: str
    item_id: int
    due_at: datetime

    @property
    def subject(self) -> str:
        """What its claim is filed under."""
        return str(self.item_id)


def items(now: datetime) -> list[Owed]:
    """Reminders that nobody has written and that wait for no other try, oldest first. Two queries.

    Not read are items due far ahead, nor, of those that are late for long, any that somebody was
    reminded of within the week: there may be many, and each tick asks.
    """
    near = BacklogItem.objects.open().filter(due_on__lte=(now + LEAD).astimezone(UTC).date())
    near = near.exclude(Exists(_told_lately(now)))
    found = [
        Owed(owed[0], item.pk, owed[1])
        for item in near.only("due_on", "created_at").order_by("due_on", "pk")
        if item.due_on and (owed := reminder(item.due_on, item.created_at, now))
    ]
    settled = _settled(found, now) if found else set()
    return [one for one in found if (one.kind, one.subject, one.due_at) not in settled]


def _told_lately(now: datetime) -> QuerySet[Claim]:
    subject = Cast(OuterRef("pk"), CharField())
    told = Claim.objects.filter(kind=LATE, subject=subject, due_at__gt=now - EVERY)
    return told.filter(claimed_at__isnull=False)


def _settled(found: list[Owed], now: datetime) -> set[tuple[str, str, datetime]]:
    """Claims that are done, or that failed and are not to be tried yet."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={one.subject for one in found},
    )
    return set(claims.values_list("kind", "subject", "due_at"))
