"""What is due in communication: reminders of promises, notices to deliver, deliveries to try."""

from datetime import datetime, timedelta
from functools import partial

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from comms.actions import lapses
from comms.facts import promises as commitments
from comms.models import Delivery, Update
from comms.rules.commitment import DUE, KINDS, LAPSED, LEAD, SOON, Promise
from comms.vocabulary import SubscriberKind
from incidents.due import Due
from incidents.models import Claim, Notice, Person
from incidents.vocabulary import Status

MAX_NOTICE_AGE = timedelta(hours=1)
"""Older notices are not delivered: they stay in the room and on the home page."""


def notices(channel: str, now: datetime) -> QuerySet[Notice]:
    """Recent notices for people who want them on this channel, without a delivery on it yet."""
    sent = Delivery.objects.filter(notice=OuterRef("pk"), channel=channel)
    fresh = Notice.objects.filter(at__gt=now - MAX_NOTICE_AGE, person__is_active=True)
    return fresh.filter(_WANTED[channel], ~Exists(sent)).order_by("pk")


_RESPONDS = Exists(Person.objects.who_can_respond().filter(pk=OuterRef("person")))
_WANTED = {
    SubscriberKind.EMAIL: ~Q(person__email="")
    & (
        Q(person__notice_choice__mail_since__lte=F("at"))
        | (Q(person__notice_choice__isnull=True) & Q(_RESPONDS))
    ),
    SubscriberKind.APPRISE: Q(person__notice_choice__address_since__lte=F("at")),
}
"""By channel: notices of people who chose it; by default mail for responders."""

PERSONAL = tuple(_WANTED)
"""The channels that carry people's own notices."""


def deliveries(now: datetime) -> QuerySet[Delivery]:
    """Deliveries to try now, longest waiting first."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=now)
    return waiting.order_by("next_try_at", "pk")


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
