"""Deliveries: written before they are tried, claimed before they are sent, retried on failure.

One sender at a time holds a channel, by an advisory lock that PostgreSQL releases when the sender
dies. A delivery that was being sent then is either still SENDING (the next sender tries it again)
or HANDED over (it counts as sent, with a note that the answer is unknown). The change from one to
the other is committed right before the last byte, so nobody gets a message twice.
"""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from comms.actions import subscribing
from comms.delivery import (
    Away,
    Refused,
    apprise,
    enqueue,
    mail,
    personal,
    subscribers,
    waiting,
    webhook,
)
from comms.models import Delivery
from comms.vocabulary import SubscriberKind
from incidents.models import Incident
from kernel import clock

logger = logging.getLogger(__name__)

State = Delivery.State

BATCH_SIZE = 10
"""Deliveries between two checks of the time; also how many mails the tick sends itself."""

TICK_BUDGET = timedelta(seconds=3)
"""How long the tick sends mails itself: it also has reminders to write."""

WORKER_BUDGET = timedelta(seconds=20)
"""How long a worker stays on a channel before it makes room for other tasks."""

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

_LOCKS = {kind: 0x57410000 + number for number, kind in enumerate(SubscriberKind)}


def fill(now: datetime) -> None:
    """Write a delivery for each recent notice on each channel that its person chose.

    Safe to run concurrently.
    """
    for channel in waiting.PERSONAL:
        notices = waiting.notices(channel, now)
        Delivery.objects.bulk_create(
            (Delivery(notice=notice, channel=channel, next_try_at=now) for notice in notices),
            ignore_conflicts=True,
        )


def send_waiting(now: datetime) -> None:
    """Called by the tick: send a few mails, unless a worker holds the channel.

    Addresses entered by users are left to a worker, since each may be slow. A second worker finds
    the channel locked and returns.
    """
    send(SubscriberKind.EMAIL, now, limit=BATCH_SIZE, until=clock.now() + TICK_BUDGET)
    if waiting.deliveries(now).exclude(channel=SubscriberKind.EMAIL).exists():
        enqueue.deliver()


def deliver(now: datetime) -> None:
    """Send waiting deliveries, on each channel that no other sender holds."""
    for channel in SubscriberKind:
        until = clock.now() + WORKER_BUDGET
        while send(channel, clock.now(), limit=BATCH_SIZE, until=until) and clock.now() < until:
            pass


def send(channel: str, now: datetime, *, limit: int, until: datetime | None = None) -> bool:
    """Try due deliveries one after the other; false if none is left that could be tried.

    A server that is away ends the round, so that it is tried once per tick and not fifty times.
    After ``until`` no further delivery is started.
    """
    with _channel_lock(channel) as mine:
        if not mine:
            return False
        recover(channel, now)
        for count in range(limit):
            if count and until is not None and clock.now() >= until:
                break
            delivery = claim(now, channel)
            if delivery is None or not _attempt(delivery, now):
                return False
    return True


@contextmanager
def _channel_lock(channel: str) -> Iterator[bool]:
    """Yields whether this sender got the channel's lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCKS[SubscriberKind(channel)]])
        mine = bool(cursor.fetchone()[0])
    try:
        yield mine
    finally:
        if mine:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCKS[SubscriberKind(channel)]])


def recover(channel: str, now: datetime) -> None:
    """Recover the deliveries of a sender that died. Call it with the channel's lock."""
    left = Delivery.objects.filter(channel=channel)
    left.filter(state=State.SENDING).update(state=State.WAITING, next_try_at=now)
    left.filter(state=State.HANDED).update(state=State.UNSURE, sent_at=now, last_error=NOT_HEARD)


def claim(now: datetime, channel: str = SubscriberKind.EMAIL) -> Delivery | None:
    """Claim the next delivery for this sender. Durable: committed before anything is sent."""
    with transaction.atomic(durable=True):
        delivery = (
            waiting.deliveries(now)
            .filter(channel=channel)
            .select_related(
                "notice__person__notice_choice",
                "notice__incident",
                "subscriber",
                "tested_by__notice_choice",
            )
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if delivery is None:
            return None
        delivery.state = State.SENDING
        delivery.attempts += 1
        delivery.next_try_at = now
        delivery.save(update_fields=["state", "attempts", "next_try_at"])
    return delivery


def _attempt(delivery: Delivery, now: datetime) -> bool:
    """Send a claimed delivery and store the outcome; false if the server is away."""
    if reason := _reason_to_drop(delivery):
        _write(delivery, State.DEAD, last_error=reason)
        return True
    try:
        _hand_over(delivery)
    except Away as away:
        _failed(delivery, away.why, now)
        return False
    except Refused as refused:
        _write(delivery, State.DEAD, last_error=str(refused))
        return True
    except Exception as error:  # noqa: BLE001  (a failing target must not stop the others)
        _failed(delivery, error, now)
        return delivery.subscriber_id is not None or delivery.channel != SubscriberKind.EMAIL
    _write(delivery, State.SENT, sent_at=now, last_error="")
    if delivery.channel != SubscriberKind.EMAIL:
        subscribing.confirm_by_answer(delivery, now)
    return True


def _reason_to_drop(delivery: Delivery) -> str:
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


def _hand_over(delivery: Delivery) -> None:
    def mark_handed() -> None:
        _write(delivery, State.HANDED)

    if delivery.subscriber is None:
        personal.send(delivery, mark_handed)
    elif delivery.channel == SubscriberKind.EMAIL:
        mail.send(subscribers.mail_message(delivery), mark_handed)
    elif delivery.channel == SubscriberKind.APPRISE:
        apprise.send(delivery.subscriber.address, *subscribers.chat_message(delivery), mark_handed)
    else:
        webhook.send(delivery, mark_handed)


def _failed(delivery: Delivery, error: Exception, now: datetime) -> None:
    description = f"{type(error).__name__}: {error}"
    if delivery.tested_by_id is not None:  # the person waits for the result, and can test again
        logger.warning("Test %s failed: %s", delivery.pk, description)
        _write(delivery, State.DEAD, last_error=description)
        return
    if delivery.attempts > len(RETRY_DELAYS):
        logger.error(
            "Delivery %s given up after %s: %s", delivery.pk, delivery.attempts, description
        )
        _write(delivery, State.DEAD, last_error=description)
        return
    logger.warning(
        "Delivery %s failed, attempt %s: %s", delivery.pk, delivery.attempts, description
    )
    wait = RETRY_DELAYS[delivery.attempts - 1] * (1 + random.random() * JITTER)  # noqa: S311
    _write(delivery, State.WAITING, next_try_at=now + wait, last_error=description)


def _write(delivery: Delivery, state: State, **values: object) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **values)


def resend(deliveries: list[int], now: datetime) -> int:
    """Send deliveries again that were given up or unsure; returns how many."""
    over = Delivery.objects.filter(pk__in=deliveries, state__in=[State.DEAD, State.UNSURE])
    return over.update(state=State.WAITING, attempts=0, next_try_at=now, last_error="")
