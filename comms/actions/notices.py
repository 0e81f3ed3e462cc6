"""How a person's own notices reach them. No incident is touched, so there is no entry."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import transaction

from comms.delivery import apprise, enqueue
from comms.models import Delivery, NoticeChoice
from comms.vocabulary import SubscriberKind
from incidents.models import Person
from incidents.permissions import require
from kernel.actor import Actor
from kernel.refusal import Refused

AGAIN = timedelta(seconds=30)
"""How soon a test may follow another."""


ALWAYS = datetime(2000, 1, 1, tzinfo=UTC)
"""Since when mail is on that nobody ever switched on."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """``address`` empty keeps the one there is, unless it is to ``forget``."""

    mail: bool
    address: str = ""
    forget: bool = False


def choice(person: Person) -> NoticeChoice:
    """What the person chose, or what holds for them before they choose."""
    found = NoticeChoice.objects.filter(pk=person.pk).first()
    if found is not None:
        return found
    since = ALWAYS if person.is_responder else None
    return NoticeChoice(person=person, mail_since=since)


def choose(actor: Actor, chosen: Chosen, *, now: datetime) -> NoticeChoice:
    """Keep it. What is switched on now brings only what is written from now on."""
    address = chosen.address.strip()
    if address and (problems := apprise.problems(address)):
        raise Refused(tuple(replace(one, field="address") for one in problems))
    with transaction.atomic(durable=True):
        require("notices.choose", actor)
        person = Person.objects.select_for_update().get(pk=actor.id)
        row = choice(person)
        if not chosen.mail:
            row.mail_since = None
        elif row.mail_since is None:
            row.mail_since = now
        if address and address != row.address:
            row.address, row.address_since = address, now
        elif chosen.forget:
            row.address, row.address_since = "", None
        row.save()
    return row


def test(actor: Actor, *, now: datetime) -> list[Delivery]:
    """Send a test on every way that is on, through the outbox like any notice."""
    with transaction.atomic(durable=True):
        require("notices.choose", actor)
        person = Person.objects.select_for_update().get(pk=actor.id)
        row = choice(person)
        channels = [SubscriberKind.EMAIL] if row.mail_since and person.email else []
        channels += [SubscriberKind.APPRISE] if row.address else []
        if not channels:
            words = "Nothing is switched on: there is no way to test."
            raise Refused.because("N-NOWHERE", words)
        last = Delivery.objects.filter(tested_by=person)
        if last.filter(next_try_at__gt=now - AGAIN).exists():
            raise Refused.because("N-SOON", "You have just sent one. Wait half a minute.")
        last.delete()
        made = Delivery.objects.bulk_create(
            Delivery(tested_by=person, channel=channel, next_try_at=now) for channel in channels
        )
        transaction.on_commit(enqueue.deliver)
    return made
