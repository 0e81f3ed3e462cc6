"""What comms has to do at a moment: notices to post, deliveries to try."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from comms.models import Delivery
from incidents.models import Notice

FRESH = timedelta(hours=1)
"""An older notice is no longer news: its person finds it in the room and on the home page."""


def notices(now: datetime) -> QuerySet[Notice]:
    """Fresh notices that have no delivery yet, of people who can get mail."""
    return (
        Notice.objects.filter(at__gt=now - FRESH, delivery__isnull=True, person__is_active=True)
        .filter(~Q(person__email=""))
        .order_by("pk")
    )


def deliveries(now: datetime) -> QuerySet[Delivery]:
    """Deliveries to try now, longest waiting first."""
    waiting = Delivery.objects.filter(state=Delivery.State.WAITING, next_try_at__lte=now)
    return waiting.order_by("next_try_at", "pk")


def on_their_way(now: datetime) -> QuerySet[Delivery]:
    """Deliveries that somebody is sending at this moment."""
    return Delivery.objects.filter(state=Delivery.State.SENDING, next_try_at__gt=now)


def interrupted(now: datetime) -> QuerySet[Delivery]:
    """Deliveries whose sender died: whether they arrived is unknown."""
    return Delivery.objects.filter(state=Delivery.State.SENDING, next_try_at__lte=now)
