"""What has come due in the backlog: items whose owner is to be reminded."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from incidents.models import Claim
from retros.backlog.reminder_rules import KINDS, LATE_KIND, LEAD, REPEAT_EVERY, last_reminder
from retros.models import BacklogItem


@dataclass(frozen=True, slots=True)
class DueReminder:
    """A reminder to send. ``due_at`` is the reminder's own time, by which it is claimed."""

    kind: str
    item_id: int
    due_at: datetime

    @property
    def subject(self) -> str:
        """What its claim is filed under."""
        return str(self.item_id)


def due_reminders(now: datetime) -> list[DueReminder]:
    """The reminders to send now, oldest first. Two queries.

    Items due far ahead are not read, nor long overdue ones whose owner was reminded within the
    week: there may be many, and every tick runs this.
    """
    near = BacklogItem.objects.open().filter(due_on__lte=(now + LEAD).astimezone(UTC).date())
    near = near.exclude(Exists(_reminded_lately(now)))
    due = [
        DueReminder(reminder[0], item.pk, reminder[1])
        for item in near.only("due_on", "created_at").order_by("due_on", "pk")
        if item.due_on and (reminder := last_reminder(item.due_on, item.created_at, now))
    ]
    settled = _settled(due, now) if due else set()
    return [row for row in due if (row.kind, row.subject, row.due_at) not in settled]


def _reminded_lately(now: datetime) -> QuerySet[Claim]:
    subject = Cast(OuterRef("pk"), CharField())
    claims = Claim.objects.filter(kind=LATE_KIND, subject=subject, due_at__gt=now - REPEAT_EVERY)
    return claims.filter(claimed_at__isnull=False)


def _settled(due: list[DueReminder], now: datetime) -> set[tuple[str, str, datetime]]:
    """Reminders that were sent, or failed and wait for their next try."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={reminder.subject for reminder in due},
    )
    return set(claims.values_list("kind", "subject", "due_at"))
