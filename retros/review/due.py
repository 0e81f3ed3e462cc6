"""What has come due of reviews and retros: those whose commander is to be reminded."""

from datetime import datetime
from functools import partial

from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast

from incidents.due import Due
from incidents.models import Claim
from retros.models import LookBack
from retros.review import reminder_actions
from retros.review.rules import LATE_KIND, REMIND_BEFORE, REMINDER_KINDS, last_reminder

_LAST = [kind for kind in REMINDER_KINDS if kind.endswith(LATE_KIND)]


def due_reminders(now: datetime) -> list[Due]:
    """The reminders to send now, oldest first. Two queries.

    ``due_at`` is the reminder's own time, by which it is claimed.

    Reviews and retros whose last reminder was sent are not read: there may be many, and every tick
    runs this.
    """
    subject = Cast(OuterRef("pk"), CharField())
    over = Claim.objects.filter(kind__in=_LAST, subject=subject, claimed_at__isnull=False)
    rows = LookBack.objects.pending().filter(due_at__lte=now + max(REMIND_BEFORE.values()))
    due = [
        Due(
            reminder[0],
            str(look.pk),
            reminder[1],
            partial(reminder_actions.remind, look.pk, reminder[0]),
        )
        for look in rows.exclude(Exists(over)).only("kind", "due_at").order_by("due_at", "pk")
        if (reminder := last_reminder(look.kind, look.due_at, now))
    ]
    settled = _settled(due, now) if due else set()
    return [row for row in due if (row.kind, row.subject, row.due_at) not in settled]


def _settled(due: list[Due], now: datetime) -> set[tuple[str, str, datetime]]:
    """Reminders that were sent, or failed and wait for their next try."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=REMINDER_KINDS,
        subject__in={reminder.subject for reminder in due},
    )
    return set(claims.values_list("kind", "subject", "due_at"))
