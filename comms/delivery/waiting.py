"""What waits in the outbox: notices without a delivery, and deliveries to try."""

from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from comms.models import Delivery
from comms.vocabulary import SubscriberKind
from incidents.models import Notice, Person

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
