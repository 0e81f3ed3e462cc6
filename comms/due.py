"""What is due in communication: reminders of promised updates."""

from datetime import datetime
from functools import partial

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from comms.actions import lapses
from comms.facts import promises as commitments
from comms.models import Update
from comms.rules.commitment import DUE, KINDS, LAPSED, LEAD, SOON, Promise
from incidents.due import Due
from incidents.models import Claim
from incidents.vocabulary import Status


def promises(now: datetime) -> list[Due]:
    """Unwritten reminders of promises, except those to retry later, oldest first. Two queries.

    Only the latest kind for each promise, so that people are reminded once after a long outage.
    """
    due = [
        Due(
            kind,
            str(commitment.update.pk),
            commitment.next_at,
            partial(lapses.remind, commitment.update.pk, kind),
        )
        for open_commitments in commitments.of_many(_near(now)).values()
        for commitment in open_commitments
        if (kind := _kind(commitment.promise, now))
    ]
    settled = _settled(due, now) if due else set()
    waiting = [row for row in due if (row.kind, row.subject, row.due_at) not in settled]
    return sorted(waiting, key=lambda reminder: (reminder.due_at, int(reminder.subject)))


def _near(now: datetime) -> QuerySet[Update]:
    """The incidents in which a promise may be due: no later update to its audience, and no lapse
    recorded yet."""
    later = Update.objects.filter(
        incident=OuterRef("incident"), audience=OuterRef("audience"), number__gt=OuterRef("number")
    )
    subject = Cast(OuterRef("pk"), CharField())
    lapsed = Claim.objects.filter(kind=LAPSED, subject=subject, due_at=OuterRef("next_at"))
    near = Update.objects.filter(
        ~Exists(later),
        ~Exists(lapsed.filter(claimed_at__isnull=False)),
        next_at__lte=now + LEAD,
        incident__status__in=[Status.ACTIVE, Status.WATCHING],
    )
    return near.order_by().values("incident")


def _kind(promise: Promise, now: datetime) -> str:
    if promise.is_lapsed(now):
        return LAPSED
    if promise.is_overdue(now):
        return DUE
    return SOON if promise.needs_reminding(now) else ""


def _settled(due: list[Due], now: datetime) -> set[tuple[str, str, datetime]]:
    """Claims that are done, or that failed and are retried later."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={reminder.subject for reminder in due},
    )
    return set(claims.values_list("kind", "subject", "due_at"))
