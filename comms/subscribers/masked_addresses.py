"""Addresses of subscribers without the tokens that they may contain."""

from comms.delivery import apprise
from comms.models import Subscriber
from comms.vocabulary import SubscriberKind


def masked(subscriber: Subscriber) -> str:
    if subscriber.kind == SubscriberKind.EMAIL:
        return subscriber.address
    if subscriber.kind == SubscriberKind.APPRISE:
        return apprise.masked_address(subscriber.address)
    scheme, _, rest = subscriber.address.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host}{slash}{'…' if path else ''}"
