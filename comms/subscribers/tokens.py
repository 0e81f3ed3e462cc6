"""Links that only a subscriber has: signed, for one purpose each, without anything to look up."""

from django.core import signing
from django.urls import reverse

from comms.models import Subscriber
from comms.status.formats.statuspage import address

CONFIRM, LEAVE = "comms.confirm", "comms.leave"
LASTS = 7 * 24 * 3600
"""Seconds in which a confirmation is taken; leaving is always possible."""


def confirm_address(subscriber: Subscriber) -> str:
    return address(reverse("status-confirm", args=[signing.dumps(subscriber.pk, salt=CONFIRM)]))


def leave_address(subscriber: Subscriber) -> str:
    return address(reverse("status-leave", args=[signing.dumps(subscriber.pk, salt=LEAVE)]))


def subscriber_of(token: str, purpose: str) -> Subscriber | None:
    """Whose link it is; None for one that is not ours, or came too late."""
    age = LASTS if purpose == CONFIRM else None
    try:
        pk = signing.loads(token, salt=purpose, max_age=age)
    except signing.BadSignature:
        return None
    return Subscriber.objects.filter(pk=pk).first()
