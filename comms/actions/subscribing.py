"""Following the status page: asking, confirming, leaving. Nobody learns who else follows."""

import base64
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from comms.delivery import apprise, enqueue
from comms.delivery.webhook import PREFIX
from comms.models import Delivery, Subscriber
from comms.rules.subscribing import Asked, violations
from comms.vocabulary import Audience, SubscriberKind
from incidents.models import Surface
from kernel.refusal import Refused, Violation

AGAIN = timedelta(minutes=10)
"""How soon the question may be sent once more to somebody who has not confirmed."""


def ask(
    kind: str, address: str, surfaces: Iterable[Surface] = (), *, now: datetime
) -> Subscriber | None:
    """Ask an address whether it wants to be told; of some surfaces, or with none named of all.

    The subscriber where it is new. None for one that is known already: its secret is its own, and
    from outside both look the same.
    """
    address = typed(kind, address)
    if problems := problems_of(kind, address):
        raise Refused(problems)
    known = {"kind": kind, "address": address, "left_at": None}
    with transaction.atomic(durable=True):
        # Who is told from inside is told of everything public too, and not twice.
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


def typed(kind: str, address: str) -> str:
    """One spelling of an address."""
    address = address.strip()
    return address.lower() if kind == SubscriberKind.EMAIL else address


def problems_of(kind: str, address: str) -> tuple[Violation, ...]:
    """Why it cannot be told at all; whether it answers is found out by asking it."""
    found = violations(Asked(kind, address))
    if not found and kind == SubscriberKind.APPRISE:
        return apprise.problems(address)
    return found


def _ask_again(row: Subscriber, now: datetime) -> None:
    """Once more for who lost the first mail; not so often that it could be a nuisance."""
    if row.confirmed_at is not None or row.asked_at > now - AGAIN:
        return
    row.asked_at = now
    row.save(update_fields=["asked_at"])
    _confirmations(row).update(
        state=Delivery.State.WAITING, attempts=0, next_try_at=now, last_error=""
    )


def confirm(subscriber: Subscriber, *, now: datetime) -> bool:
    """From now on it is told; false when it has left meanwhile. Twice is once."""
    rows = Subscriber.objects.filter(pk=subscriber.pk, left_at__isnull=True)
    rows.filter(confirmed_at__isnull=True).update(confirmed_at=now)
    return rows.exists()


def leave(subscriber: Subscriber, *, now: datetime) -> None:
    """It is told nothing more, also of what waits. Twice is once."""
    Subscriber.objects.filter(pk=subscriber.pk, left_at__isnull=True).update(left_at=now)


def answered(delivery: Delivery, now: datetime) -> None:
    """A webhook or a chat that took the question has confirmed by that."""
    if delivery.message is None and delivery.subscriber is not None:
        confirm(delivery.subscriber, now=now)


def _confirmations(row: Subscriber) -> QuerySet[Delivery]:
    return row.deliveries.filter(
        update=None, escalation=None, leadership_note=None, maintenance_update=None
    )


def new_secret(kind: str) -> str:
    """What signs the messages of a webhook; no other kind has one."""
    if kind != SubscriberKind.WEBHOOK:
        return ""
    return PREFIX + base64.b64encode(secrets.token_bytes(24)).decode()
