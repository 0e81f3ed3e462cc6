"""What comms has to do at a moment: promises to remind of, notices to post, deliveries to try."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Cast

from comms.messages import promises as commitments
from comms.models import Delivery, Update
from comms.rules.commitment import LEAD, Promise
from comms.vocabulary import SubscriberKind
from incidents.models import Claim, Notice, Person
from incidents.vocabulary import Status

FRESH = timedelta(hours=1)
"""An older notice is no longer news: its person finds it in the room and on the home page."""


def notices(channel: str, now: datetime) -> QuerySet[Notice]:
    """Fresh notices of people who want them on this channel, without a delivery on it yet."""
    sent = Delivery.objects.filter(notice=OuterRef("pk"), channel=channel)
    fresh = Notice.objects.filter(at__gt=now - FRESH, person__is_active=True)
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
"""By channel: what a person chose, or where they chose nothing, mail to who responds."""

PERSONAL = tuple(_WANTED)
"""The channels on which people get notices of their own."""


def deliveries(now: datetime) -> QuerySet[Delivery]:
    """Deliveries to try now, longest waiting first."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=now)
    return waiting.order_by("next_try_at", "pk")


SOON, DUE, LAPSED = KINDS = ("commitment.soon", "commitment.due", "commitment.lapsed")


@dataclass(frozen=True, slots=True)
class Promised:
    """One reminder to write, of the promise that an update made for ``due_at``."""

    kind: str
    update_id: int
    due_at: datetime

    @property
    def subject(self) -> str:
        """What its claim is filed under."""
        return str(self.update_id)


def promises(now: datetime) -> list[Promised]:
    """Reminders that nobody has written and that wait for no other try, oldest first. Two queries.

    Of each promise only the last: after a long stop people are reminded once, not three times.
    """
    found = [
        Promised(kind, one.update.pk, one.next_at)
        for owed in commitments.of_many(_near(now)).values()
        for one in owed
        if (kind := _kind(one.promise, now))
    ]
    settled = _settled(found, now) if found else set()
    waiting = [one for one in found if (one.kind, one.subject, one.due_at) not in settled]
    return sorted(waiting, key=lambda one: (one.due_at, one.update_id))


def _near(now: datetime) -> QuerySet[Update]:
    """The incidents in which a promise may have come due: no later update keeps it, and nobody has
    noted yet that it lapsed."""
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


def _settled(found: list[Promised], now: datetime) -> set[tuple[str, str, datetime]]:
    """Claims that are done, or that failed and are not to be tried yet."""
    claims = Claim.objects.filter(
        Q(claimed_at__isnull=False) | Q(try_again_at__gt=now),
        kind__in=KINDS,
        subject__in={one.subject for one in found},
    )
    return set(claims.values_list("kind", "subject", "due_at"))
