"""What becomes of a delivery that was tried, and what that says of its address."""

import logging
import random
from datetime import datetime, timedelta

from django.db.models import F

from comms.actions import subscribing
from comms.delivery import Gone, Refused, personal
from comms.models import Delivery, NoticeChoice, Subscriber
from comms.rules.breaker import pause_after
from comms.vocabulary import SubscriberKind
from incidents.models import Incident

logger = logging.getLogger(__name__)

State = Delivery.State

type Target = tuple[str, int]
"""Where a delivery goes: ``subscriber`` or ``person``, and its key."""

RETRY_DELAYS = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""Delays between attempts; after the last one the delivery is dead."""

JITTER = 0.2
"""Up to so much is added to a delay, so that deliveries that failed together spread out."""

NOT_HEARD = "Handed over when its sender stopped; the answer was not heard."
NO_ACCESS = "Not sent: the person may no longer see the incident."
SWITCHED_OFF = "Not sent: the person has switched this off."
LEFT = "Not sent: the subscriber has left."


def reason_to_drop(delivery: Delivery) -> str:
    """Why the delivery is no longer wanted; empty if it is."""
    notice = delivery.notice
    if (person := personal.person_of(delivery)) is not None and not personal.wants(
        person, delivery
    ):
        return SWITCHED_OFF
    if delivery.tested_by is not None:
        return ""
    if notice is not None:
        may = Incident.objects.visible_to(notice.person).filter(pk=notice.incident_id).exists()
        return "" if may else NO_ACCESS
    assert delivery.subscriber is not None
    return LEFT if delivery.subscriber.left_at else ""


def write(delivery: Delivery, state: State, **values: object) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **values)


def sent(deliveries: list[Delivery], now: datetime) -> None:
    """They arrived. A webhook or a chat that accepted its first message has confirmed."""
    if not deliveries:
        return
    rows = Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])
    rows.update(state=State.SENT, sent_at=now, last_error="")
    for delivery in deliveries:
        if delivery.channel != SubscriberKind.EMAIL:
            subscribing.confirm_by_answer(delivery, now)
            _heal(delivery)


def refused(delivery: Delivery, refusal: Refused, now: datetime) -> None:
    """The other side refused for good. One that says that it is gone is sent nothing more."""
    write(delivery, State.DEAD, last_error=str(refusal))
    if isinstance(refusal, Gone) and delivery.subscriber is not None:
        logger.warning("Subscriber %s has ended: its address is gone", delivery.subscriber_id)
        subscribing.leave_by_link(delivery.subscriber, now=now)


def failed(delivery: Delivery, error: Exception, now: datetime) -> None:
    """Try again later, unless this was the last attempt."""
    description = f"{type(error).__name__}: {error}"
    if delivery.tested_by_id is not None:  # the person waits for the result, and can test again
        logger.warning("Test %s failed: %s", delivery.pk, description)
        write(delivery, State.DEAD, last_error=description)
        return
    if delivery.channel != SubscriberKind.EMAIL:
        _note_failure(delivery, description, now)
    if delivery.attempts > len(RETRY_DELAYS):
        logger.error(
            "Delivery %s given up after %s: %s", delivery.pk, delivery.attempts, description
        )
        write(delivery, State.DEAD, last_error=description)
        return
    logger.warning(
        "Delivery %s failed, attempt %s: %s", delivery.pk, delivery.attempts, description
    )
    wait = _jittered(RETRY_DELAYS[delivery.attempts - 1])
    write(delivery, State.WAITING, next_try_at=now + wait, last_error=description)


def target_of(delivery: Delivery) -> Target:
    if delivery.subscriber_id is not None:
        return "subscriber", delivery.subscriber_id
    person = personal.person_of(delivery)
    assert person is not None
    return "person", person.pk


def address_row(delivery: Delivery) -> Subscriber | NoticeChoice | None:
    """The row that knows how the address has answered."""
    if delivery.subscriber is not None:
        return delivery.subscriber
    person = personal.person_of(delivery)
    return personal.choice_of(person) if person is not None else None


def _heal(delivery: Delivery) -> None:
    row = address_row(delivery)
    if row is not None and row.failures:
        type(row)._default_manager.filter(pk=row.pk).update(failures=0, paused_until=None)


def _note_failure(delivery: Delivery, description: str, now: datetime) -> None:
    """Count it. An address that fails again and again is left alone for a while.

    What waits for it then has been tried too, in the place of which one message stood: so a dead
    address uses up its attempts once, and not once for each message.
    """
    row = address_row(delivery)
    if row is None:
        return
    failures = min(row.failures + 1, 1000)
    pause = pause_after(failures, RETRY_DELAYS)
    paused_until = now + _jittered(pause) if pause else None
    rows = type(row)._default_manager.filter(pk=row.pk)
    rows.update(failures=failures, paused_until=paused_until)
    if paused_until is None:
        return
    waiting = Delivery.objects.filter(
        channel=delivery.channel, state=State.WAITING, next_try_at__lte=now
    )
    if isinstance(row, Subscriber):
        waiting = waiting.filter(subscriber=row.pk)
    else:
        waiting = waiting.filter(notice__person=row.pk)
    waiting.update(attempts=F("attempts") + 1, last_error=description)
    given_up = waiting.filter(attempts__gt=len(RETRY_DELAYS)).update(state=State.DEAD)
    logger.warning(
        "An address failed %s times in a row: left alone until %s, %s deliveries given up",
        failures,
        f"{paused_until:%H:%M:%S}",
        given_up,
    )


def _jittered(wait: timedelta) -> timedelta:
    return wait * (1 + random.random() * JITTER)  # noqa: S311
