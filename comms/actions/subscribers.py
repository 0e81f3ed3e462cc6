"""Who is told from inside: added and removed by an admin. They belong to no incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.urls import reverse

from comms.actions.subscribing import leave, new_secret, problems_of, typed
from comms.delivery import enqueue
from comms.models import Delivery, Subscriber
from comms.rules.subscribing import added
from comms.vocabulary import Audience, SubscriberKind
from incidents.actions.submissions import redirect_submission, submit_once
from incidents.models import Surface
from incidents.permissions import require
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """As an admin filled it in. ``address`` is kept as it is: it may well be a secret."""

    name: str = ""
    kind: str = ""
    address: str = ""
    surfaces: Sequence[Surface] = ()
    escalations: bool = False


def add(actor: Actor, written: Added, *, now: datetime, once: UUID | None = None) -> Subscriber:
    """Tell an address also what is for stakeholders alone, from now on.

    Nobody has to confirm what an admin vouches for; a webhook or a chat gets a first message, to
    see that it works. Where the address followed the public page it does no more: it is told once.
    """
    with transaction.atomic(durable=True):
        require("subscriber.change", actor)
        submit_once(once, actor, now, reverse("subscribers"))
        name, address = clean_text(written.name, 80), typed(written.kind, written.address)
        follows = Subscriber.objects.select_for_update().filter(
            kind=written.kind, address=address, left_at=None
        )
        known = any(one.audience == Audience.INTERNAL for one in follows)
        if problems := (*added(name, is_known=known), *problems_of(written.kind, address)):
            raise Refused(problems)
        follows.update(left_at=now)
        row = _created(
            kind=written.kind,
            address=address,
            name=name,
            escalations=written.escalations,
            secret=new_secret(written.kind),
            asked_at=now,
            confirmed_at=now,
        )
        row.surfaces.set(written.surfaces)
        redirect_submission(once, row.get_absolute_url())
        if row.kind != SubscriberKind.EMAIL:
            Delivery.objects.create(subscriber=row, channel=row.kind, next_try_at=now)
            transaction.on_commit(enqueue.deliver)
    return row


def _created(**values: object) -> Subscriber:
    """Two who add the same at one instant: the second is told that it is there."""
    try:
        with transaction.atomic():
            return Subscriber.objects.create(audience=Audience.INTERNAL, **values)
    except IntegrityError:
        raise Refused(added("known", is_known=True)) from None


def remove(actor: Actor, pk: int, *, now: datetime, once: UUID | None = None) -> None:
    """Tell it nothing more, whoever added it."""
    with transaction.atomic(durable=True):
        require("subscriber.change", actor)
        row = Subscriber.objects.select_for_update().get(pk=pk)
        submit_once(once, actor, now, row.get_absolute_url())
        leave(row, now=now)
