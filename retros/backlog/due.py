"""What has come due in the backlog: items whose owner is to be reminded."""

from datetime import UTC, datetime
from functools import partial

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from incidents.due import Due
from incidents.models import Claim
from retros.backlog import reminder_actions
from retros.backlog.reminder_rules import (
    LATE_KIND,
    LEAD,
    REMINDER_KINDS,
    REPEAT_EVERY,
    last_reminder,
)
from retros.models import BacklogItem


def due_reminders(now: datetime) -> list[Due]:
    """The reminders to send now, oldest first. Two queries.

    ``due_at`` is the reminder's own time, by which it is claimed.

    Items due far ahead are not read, nor long overdue ones whose owner was reminded within the
    week: there may be many, and every tick runs this.
    """
    near = BacklogItem.objects.open().filter(due_on__lte=(now + LEAD).astimezone(UTC).date())
    near = near.exclude(Exists(_reminded_lately(now)))
    due = [
        Due(
            reminder[0],
            str(item.pk),
            reminder[1],
            partial(reminder_actions.remind, item.pk, reminder[0]),
        )
        for item in near.only("due_on", "created_at").order_by("due_on", "pk")
        if item.due_on and (reminder := last_reminder(item.due_on, item.created_at, now))
    ]
    settled = _settled(due, now) if due else set()
    return [row for row in due if (row.kind, row.subject, row.due_at) not in settled]


def _reminded_lately(now: datetime) -> QuerySet[Claim]:
    subject = Cast(OuterRef("pk"), CharField())
    claims = Claim.objects.filter(kind=LATE_KIND, subject=subject, due_at__gt=now - REPEAT_EVERY)
    return claims.filter(claimed_at__isnull=False)


def _settled(due: list[Due], now: datetime) -> set[tuple[str, str, datetime]]:
    """Reminders that were sent, or failed and wait for their next try."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=REMINDER_KINDS,
        subject__in={reminder.subject for reminder in due},
    )
    return set(claims.values_list("kind", "subject", "due_at"))
