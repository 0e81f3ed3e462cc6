"""Deliveries: written before they are tried, claimed before they are sent, tried again on failure.

One sender at a time holds a channel, by a lock that PostgreSQL frees when the sender dies. Whatever
was being sent when that happened had either not left the house (it is sent by the next one), or was
handed over (it counts as sent, with a word that the answer was not heard). The step from one to the
other is committed right before the last byte, so nobody is told twice.
"""

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from comms import due
from comms.actions import subscribing
from comms.delivery import Away, Refused, apprise, enqueue, mail, personal, subscribers, webhook
from comms.models import Delivery
from comms.vocabulary import SubscriberKind
from incidents.models import Incident
from kernel import clock

logger = logging.getLogger(__name__)

State = Delivery.State

BATCH = 10
"""Deliveries between two looks at whether it goes on; also what the tick mails by itself."""

MOMENT = timedelta(seconds=3)
"""How long the tick mails by itself: it also has reminders to write."""

ROUND = timedelta(seconds=20)
"""How long a worker that was asked stays on a channel before it makes room for others."""

WAITS = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""Between attempts; after the last one the delivery is dead."""

JITTER = 0.2
"""By which part a wait may be longer, so that what failed together does not come back together."""

NOT_HEARD = "Handed over when its sender stopped; the answer was not heard."
NO_ACCESS = "Not sent: the person may no longer see the incident."
SWITCHED_OFF = "Not sent: the person has switched this off."
LEFT = "Not sent: the subscriber has left."

_LOCKS = {kind: 0x57410000 + number for number, kind in enumerate(SubscriberKind)}


def fill(now: datetime) -> None:
    """Write a delivery for each fresh notice on each channel that its person chose.

    Two who do so at once write one.
    """
    for channel in due.PERSONAL:
        found = due.notices(channel, now)
        Delivery.objects.bulk_create(
            (Delivery(notice=notice, channel=channel, next_try_at=now) for notice in found),
            ignore_conflicts=True,
        )


def send_waiting(now: datetime) -> None:
    """The tick's step: a few mails, where no worker that was asked is at it.

    What goes to addresses that others gave us is asked of a worker: each may take its time, and the
    tick has none. Asked once more while one is at it, the other finds the channel held and goes.
    """
    send(SubscriberKind.EMAIL, now, most=BATCH, until=clock.now() + MOMENT)
    if due.deliveries(now).exclude(channel=SubscriberKind.EMAIL).exists():
        enqueue.deliver()


def deliver(now: datetime) -> None:
    """Send what waits, on each channel that nobody else is sending on."""
    for channel in SubscriberKind:
        until = clock.now() + ROUND
        while send(channel, clock.now(), most=BATCH, until=until) and clock.now() < until:
            pass


def send(channel: str, now: datetime, *, most: int, until: datetime | None = None) -> bool:
    """Try what is due, one after the other; false when nothing is left that could be tried.

    A server that is away ends the round: it is asked once a tick and not fifty times. After
    ``until`` no further one is begun.
    """
    with _held(channel) as mine:
        if not mine:
            return False
        recover(channel, now)
        for count in range(most):
            if count and until is not None and clock.now() >= until:
                break
            delivery = claim(now, channel)
            if delivery is None or not _attempt(delivery, now):
                return False
    return True


@contextmanager
def _held(channel: str) -> Iterator[bool]:
    """Whether this sender has the channel to itself, for as long as it lives."""
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
    """What a sender that died has left, by whoever holds the channel after it."""
    left = Delivery.objects.filter(channel=channel)
    left.filter(state=State.SENDING).update(state=State.WAITING, next_try_at=now)
    left.filter(state=State.HANDED).update(state=State.UNSURE, sent_at=now, last_error=NOT_HEARD)


def claim(now: datetime, channel: str = SubscriberKind.EMAIL) -> Delivery | None:
    """Take the next delivery for this sender alone. Durable: it is committed before any sending."""
    with transaction.atomic(durable=True):
        delivery = (
            due.deliveries(now)
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
    """Send a claimed delivery and write down how it went; false when the server is away."""
    if reason := _in_vain(delivery):
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
    except Exception as error:  # noqa: BLE001  (whatever one target says, the others go on)
        _failed(delivery, error, now)
        return delivery.subscriber_id is not None or delivery.channel != SubscriberKind.EMAIL
    _write(delivery, State.SENT, sent_at=now, last_error="")
    if delivery.channel != SubscriberKind.EMAIL:
        subscribing.answered(delivery, now)
    return True


def _in_vain(delivery: Delivery) -> str:
    """Why nobody is to be told any more; "" when that is not so."""
    notice = delivery.notice
    if (person := personal.whose(delivery)) is not None and not personal.wants(person, delivery):
        return SWITCHED_OFF
    if delivery.tested_by is not None:
        return ""
    if notice is not None:
        may = Incident.objects.visible_to(notice.person).filter(pk=notice.incident_id).exists()
        return "" if may else NO_ACCESS
    assert delivery.subscriber is not None
    return LEFT if delivery.subscriber.left_at else ""


def _hand_over(delivery: Delivery) -> None:
    def handed() -> None:
        _write(delivery, State.HANDED)

    if delivery.subscriber is None:
        personal.send(delivery, handed)
    elif delivery.channel == SubscriberKind.EMAIL:
        mail.send(subscribers.message(delivery), handed)
    elif delivery.channel == SubscriberKind.APPRISE:
        apprise.send(delivery.subscriber.address, *subscribers.words(delivery), handed)
    else:
        webhook.send(delivery, handed)


def _failed(delivery: Delivery, error: Exception, now: datetime) -> None:
    words = f"{type(error).__name__}: {error}"
    if delivery.tested_by_id is not None:  # they wait for the answer, and can ask again
        logger.warning("Test %s failed: %s", delivery.pk, words)
        _write(delivery, State.DEAD, last_error=words)
        return
    if delivery.attempts > len(WAITS):
        logger.error("Delivery %s given up after %s: %s", delivery.pk, delivery.attempts, words)
        _write(delivery, State.DEAD, last_error=words)
        return
    logger.warning("Delivery %s failed, attempt %s: %s", delivery.pk, delivery.attempts, words)
    wait = WAITS[delivery.attempts - 1] * (1 + random.random() * JITTER)  # noqa: S311
    _write(delivery, State.WAITING, next_try_at=now + wait, last_error=words)


def _write(delivery: Delivery, state: State, **values: object) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **values)


def resend(deliveries: list[int], now: datetime) -> int:
    """Send what was given up, or was not heard of, once more; returns how many."""
    over = Delivery.objects.filter(pk__in=deliveries, state__in=[State.DEAD, State.UNSURE])
    return over.update(state=State.WAITING, attempts=0, next_try_at=now, last_error="")
