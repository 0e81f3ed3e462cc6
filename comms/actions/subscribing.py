"""Public subscriptions: subscribing, confirming, leaving. Nobody learns who else subscribes."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from comms.delivery import apprise, enqueue
from comms.delivery.webhook import PREFIX
from comms.models import Delivery, Subscriber
from comms.rules.address import normalise_mail, normalise_webhook
from comms.rules.subscribing import SubscriptionRequest, violations
from comms.vocabulary import Audience, SubscriberKind
from incidents.models import Surface
from kernel.refusal import Refused, Violation
from kernel.text.controls import visible

RESEND_INTERVAL = timedelta(minutes=10)
"""How soon the confirmation may be sent again to somebody who has not confirmed."""


def subscribe(
    kind: str, address: str, surfaces: Iterable[Surface] = (), *, now: datetime
) -> Subscriber | None:
    """Send an address a request to confirm; for some surfaces, or without any for all.

    Returns the subscriber if it is new, and None if the address is known already, so that its
    secret is not disclosed.
    """
    address = normalise_address(kind, address)
    if problems := address_problems(kind, address):
        raise Refused(problems)
    known = {"kind": kind, "address": address, "left_at": None}
    with transaction.atomic(durable=True):
        # An internal subscriber gets everything public too, and must not get it twice.
        row = Subscriber.objects.filter(**known).select_for_update().first()
        if row is None:
            try:
                with transaction.atomic():
                    row = Subscriber.objects.create(
                        **known, audience=Audience.PUBLIC, secret=new_secret(kind), asked_at=now
                    )
            except IntegrityError:  # asked twice at one instant: the other one counts
                return None
            row.surfaces.set(surfaces)
            Delivery.objects.create(subscriber=row, channel=kind, next_try_at=now)
            new = row
        else:
            new = None
            _ask_again(row, now)
        transaction.on_commit(enqueue.deliver)
    return new


def normalise_address(kind: str, address: str) -> str:
    """The single spelling of an address that is stored."""
    if kind == SubscriberKind.EMAIL:
        return normalise_mail(address)
    return (
        normalise_webhook(address) if kind == SubscriberKind.WEBHOOK else visible(address).strip()
    )


def address_problems(kind: str, address: str) -> tuple[Violation, ...]:
    """Every reason why this address cannot subscribe."""
    problems = violations(SubscriptionRequest(kind, address))
    if not problems and kind == SubscriberKind.APPRISE:
        return apprise.address_violations(address)
    return problems


def _ask_again(row: Subscriber, now: datetime) -> None:
    """Send the confirmation again, but not so often that it could be a nuisance."""
    if row.confirmed_at is not None or row.asked_at > now - RESEND_INTERVAL:
        return
    row.asked_at = now
    row.save(update_fields=["asked_at"])
    _confirmations(row).update(
        state=Delivery.State.WAITING, attempts=0, next_try_at=now, last_error=""
    )


def confirm(subscriber: Subscriber, *, now: datetime) -> bool:
    """Confirm a subscription; false if it has ended meanwhile. Idempotent."""
    rows = Subscriber.objects.filter(pk=subscriber.pk, left_at__isnull=True)
    rows.filter(confirmed_at__isnull=True).update(confirmed_at=now)
    return rows.exists()


def leave(subscriber: Subscriber, *, now: datetime) -> None:
    """End a subscription, including its waiting deliveries. Idempotent."""
    Subscriber.objects.filter(pk=subscriber.pk, left_at__isnull=True).update(left_at=now)


def leave_by_link(subscriber: Subscriber, *, now: datetime) -> None:
    """End all that is sent to the address of a link, also what was subscribed after its mail.

    Whoever has the link reads what is sent there, and wants no more of it. Idempotent.
    """
    same = Subscriber.objects.filter(kind=subscriber.kind, address=subscriber.address)
    same.filter(left_at__isnull=True).update(left_at=now)


def confirm_by_answer(delivery: Delivery, now: datetime) -> None:
    """A webhook or a chat that accepted the first message has thereby confirmed."""
    if delivery.message is None and delivery.subscriber is not None:
        confirm(delivery.subscriber, now=now)


def _confirmations(row: Subscriber) -> QuerySet[Delivery]:
    return row.deliveries.filter(
        update=None, escalation=None, leadership_note=None, maintenance_update=None
    )


def new_secret(kind: str) -> str:
    """The key that signs a webhook's messages; other kinds have none."""
    if kind != SubscriberKind.WEBHOOK:
        return ""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
