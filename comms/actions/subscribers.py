"""Internal subscribers, added and removed by an admin. They belong to no incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from comms.actions.subscribing import address_problems, leave, new_secret, normalise_address
from comms.delivery import enqueue
from comms.models import Delivery, Subscriber
from comms.rules.subscribing import add_violations
from comms.vocabulary import Audience, SubscriberKind
from incidents.actions.submissions import redirect_submission, submit_once
from incidents.models import Surface
from incidents.permissions import require
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_line


@dataclass(frozen=True, slots=True, kw_only=True)
class SubscriberInput:
    """A subscriber as filled in the form. ``address`` is not masked, though it may be a secret."""

    name: str = ""
    kind: str = ""
    address: str = ""
    surfaces: Sequence[Surface] = ()
    escalations: bool = False


def add(
    actor: Actor, subscriber_input: SubscriberInput, *, now: datetime, once: UUID | None = None
) -> Subscriber:
    """Add an internal subscriber, who also gets what is for stakeholders only.

    It needs no confirmation; a webhook or a chat gets a first message as a test. A public
    subscription of the same address ends, so that it gets each message once.
    """
    with transaction.atomic(durable=True):
        require("subscriber.change", actor)
        submit_once(once, actor, now, reverse("subscribers"))
        name, address = (
            clean_line(subscriber_input.name, 80),
            normalise_address(subscriber_input.kind, subscriber_input.address),
        )
        existing = Subscriber.objects.select_for_update().filter(
            kind=subscriber_input.kind, address=address, left_at=None
        )
        known = any(subscriber.audience == Audience.INTERNAL for subscriber in existing)
        if problems := (
            *add_violations(name, is_known=known),
            *address_problems(subscriber_input.kind, address),
        ):
            raise Refused(problems)
        existing.update(left_at=now)
        row = _create(
            kind=subscriber_input.kind,
            address=address,
            name=name,
            escalations=subscriber_input.escalations,
            secret=new_secret(subscriber_input.kind),
            asked_at=now,
            confirmed_at=now,
        )
        row.surfaces.set(subscriber_input.surfaces)
        redirect_submission(once, row.get_absolute_url())
        if row.kind != SubscriberKind.EMAIL:
            Delivery.objects.create(subscriber=row, channel=row.kind, next_try_at=now)
            transaction.on_commit(enqueue.deliver)
    return row


def _create(**values: object) -> Subscriber:
    """Refuse the second of two who add the same address at the same time."""
    try:
        with transaction.atomic():
            return Subscriber.objects.create(audience=Audience.INTERNAL, **values)
    except IntegrityError:
        raise Refused(add_violations("known", is_known=True)) from None


def remove(actor: Actor, pk: int, *, now: datetime, once: UUID | None = None) -> None:
    """Stop sending it anything, whoever added it."""
    with transaction.atomic(durable=True):
        require("subscriber.change", actor)
        row = Subscriber.objects.select_for_update().get(pk=pk)
        submit_once(once, actor, now, row.get_absolute_url())
        leave(row, now=now)
