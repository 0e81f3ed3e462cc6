"""Deliveries: written before they are tried, claimed before they are sent, retried on failure.

One sender at a time holds a channel, by an advisory lock that PostgreSQL releases when the sender
dies. A delivery that was being sent then is either still SENDING (the next sender tries it again)
or HANDED over (it counts as sent, with a note that the answer is unknown). The change from one to
the other is committed right before the last byte, so nobody gets a message twice.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import connection, transaction

from comms.actions import delivery_outcomes as outcomes
from comms.actions.parallel_sending import send_in_parallel
from comms.delivery import Away, Refused, enqueue, mail, personal, subscribers, waiting
from comms.models import Delivery, Subscriber
from comms.vocabulary import SubscriberKind
from kernel import clock

State = Delivery.State

BATCH_SIZE = 10
"""Deliveries between two checks of the time; also how many mails the tick sends itself."""

TICK_BUDGET = timedelta(seconds=3)
"""How long the tick sends mails itself: it also has reminders to write."""

WORKER_BUDGET = timedelta(seconds=20)
"""How long a worker stays on a channel before it makes room for other tasks."""

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
        limit = BATCH_SIZE if channel == SubscriberKind.EMAIL else None
        while send(channel, clock.now(), limit=limit, until=until) and clock.now() < until:
            pass


def send(
    channel: str, now: datetime, *, limit: int | None = None, until: datetime | None = None
) -> bool:
    """Try due deliveries, at most ``limit``; false if none is left that could be tried.

    Mails go through one server, one after the other: a server that is away ends the round, so that
    it is tried once per tick and not fifty times. Webhooks and chats go to many at once. After
    ``until`` no further delivery is started.
    """
    with _channel_lock(channel) as mine:
        if not mine:
            return False
        recover(channel, now)
        if channel != SubscriberKind.EMAIL:
            return send_in_parallel(channel, now, limit=limit, until=until)
        return _send_mails(now, limit, until)


def _send_mails(now: datetime, limit: int | None, until: datetime | None) -> bool:
    count = 0
    while limit is None or count < limit:
        if count and until is not None and clock.now() >= until:
            break
        delivery = claim(now)
        if delivery is None or not _attempt(delivery, now):
            return False
        count += 1
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
    left.filter(state=State.HANDED).update(
        state=State.UNSURE, sent_at=now, last_error=outcomes.NOT_HEARD
    )


def claim(now: datetime) -> Delivery | None:
    """Claim the next mail for this sender. Durable: committed before anything is sent."""
    with transaction.atomic(durable=True):
        delivery = (
            waiting.deliveries(now)
            .filter(channel=SubscriberKind.EMAIL)
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
    """Send a claimed mail and store the outcome; false if the server is away."""
    if reason := outcomes.reason_to_drop(delivery):
        outcomes.write(delivery, State.DEAD, last_error=reason)
        return True
    try:
        _hand_over(delivery)
    except Away as away:
        outcomes.failed(delivery, away.why, now)
        return False
    except Refused as refusal:
        outcomes.refused(delivery, refusal, now)
        return True
    except Exception as error:  # noqa: BLE001  (a failing target must not stop the others)
        outcomes.failed(delivery, error, now)
        return True
    outcomes.sent([delivery], now)
    return True


def _hand_over(delivery: Delivery) -> None:
    def mark_handed() -> None:
        outcomes.write(delivery, State.HANDED)

    if delivery.subscriber is None:
        personal.exchange(delivery)(mark_handed)
    else:
        mail.send(subscribers.mail_message(delivery), mark_handed)


def resend(deliveries: list[int], now: datetime) -> int:
    """Send deliveries again that were given up or unsure; returns how many."""
    over = Delivery.objects.filter(pk__in=deliveries, state__in=[State.DEAD, State.UNSURE])
    Subscriber.objects.filter(deliveries__in=over).update(paused_until=None)
    return over.update(state=State.WAITING, attempts=0, next_try_at=now, last_error="")
