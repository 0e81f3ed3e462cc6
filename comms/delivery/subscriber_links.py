"""Signed links for subscribers, one purpose each, without a table of tokens."""

from django.core import signing
from django.urls import reverse

from comms.models import Subscriber
from comms.status.formats.statuspage import address

CONFIRM, LEAVE = "comms.confirm", "comms.leave"
CONFIRM_SECONDS = 7 * 24 * 3600
"""How long a link to confirm works; leaving is always possible."""


def confirm_address(subscriber: Subscriber) -> str:
    return address(reverse("status-confirm", args=[signing.dumps(subscriber.pk, salt=CONFIRM)]))


def leave_address(subscriber: Subscriber) -> str:
    return address(reverse("status-leave", args=[signing.dumps(subscriber.pk, salt=LEAVE)]))


def subscriber_of(token: str, purpose: str) -> Subscriber | None:
    """The subscriber of a link; None if the link is forged or too old."""
    age = CONFIRM_SECONDS if purpose == CONFIRM else None
    try:
        pk = signing.loads(token, salt=purpose, max_age=age)
    except signing.BadSignature:
        return None
    return Subscriber.objects.filter(pk=pk).first()
