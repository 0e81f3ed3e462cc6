"""How a person's own notices reach them. This changes no incident, so there is no entry."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

from django.db import transaction

from comms.delivery import apprise, enqueue
from comms.models import Delivery, NoticeChoice
from comms.rules import notices as rules
from comms.vocabulary import SubscriberKind
from incidents.models import Person
from incidents.permissions import require
from kernel.actor import Actor
from kernel.refusal import Refused

MAIL_SINCE_DEFAULT = datetime(2000, 1, 1, tzinfo=UTC)
"""Mail is on from this time for responders who never chose."""


@dataclass(frozen=True, slots=True)
class NoticePreferenceInput:
    """An empty ``address`` keeps the saved one, unless ``forget`` is set."""

    mail: bool
    messages: bool = False
    address: str = ""
    forget: bool = False


def preference_of(person: Person) -> NoticeChoice:
    """The saved preference, or the default for somebody who never chose."""
    saved = NoticeChoice.objects.filter(pk=person.pk).first()
    if saved is not None:
        return saved
    since = MAIL_SINCE_DEFAULT if person.is_responder else None
    return NoticeChoice(person=person, mail_since=since)


def save_preference(actor: Actor, chosen: NoticePreferenceInput, *, now: datetime) -> NoticeChoice:
    """Save it. A channel that is switched on delivers only notices written from now on."""
    address = chosen.address.strip()
    if address and (problems := apprise.address_violations(address)):
        raise Refused(tuple(replace(problem, field="address") for problem in problems))
    with transaction.atomic(durable=True):
        require("notices.choose", actor)
        person = Person.objects.select_for_update().get(pk=actor.id)
        row = preference_of(person)
        if not chosen.mail:
            row.mail_since = None
        elif row.mail_since is None:
            row.mail_since = now
        if address and address != row.address:
            row.address, row.address_since = address, now
            row.failures, row.paused_until = 0, None
        elif chosen.forget:
            row.address, row.address_since = "", None
        row.save()
        if person.gets_escalations != chosen.messages:
            person.gets_escalations = chosen.messages
            person.save(update_fields=["gets_escalations"])
    return row


def send_test(actor: Actor, *, now: datetime) -> list[Delivery]:
    """Send a test on each channel that is on, through the outbox like any notice."""
    with transaction.atomic(durable=True):
        require("notices.choose", actor)
        person = Person.objects.select_for_update().get(pk=actor.id)
        row = preference_of(person)
        channels = [SubscriberKind.EMAIL] if row.mail_since and person.email else []
        channels += [SubscriberKind.APPRISE] if row.address else []
        if problems := rules.channel_violations(len(channels)):
            raise Refused(problems)
        last = Delivery.objects.filter(tested_by=person)
        sent_lately = last.filter(next_try_at__gt=now - rules.TEST_INTERVAL).exists()
        if problems := rules.interval_violations(sent_lately=sent_lately):
            raise Refused(problems)
        last.delete()
        deliveries = Delivery.objects.bulk_create(
            Delivery(tested_by=person, channel=channel, next_try_at=now) for channel in channels
        )
        transaction.on_commit(enqueue.deliver)
    return deliveries
