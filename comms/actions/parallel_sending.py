"""Sending to addresses that users entered: many at once, for each may be slow or hang.

One exchange at a time goes to an address, so that its messages keep their order. Addresses that
answered the last time come first; those that did not share a few places, and one that fails again
and again is left alone for a while (``comms.rules.breaker``). An exchange that takes long gives
its place to the next and goes on beside it. So a receiver that hangs costs the others nothing.
"""

import math
import time
from collections.abc import Sequence
from datetime import datetime
from functools import partial

from django.db import transaction
from django.db.models import F, Q, QuerySet

from comms.actions import delivery_outcomes as outcomes
from comms.delivery import Refused, apprise, personal, subscribers, waiting, webhook
from comms.delivery.exchanges import Exchange, Exchanges, Job, exchanging
from comms.delivery.wording import Notification, notification_to_send
from comms.models import Delivery
from comms.models.delivery import MESSAGES
from comms.vocabulary import SubscriberKind
from kernel import clock

State = Delivery.State

MAX_PROMPT = 16
"""Exchanges at once that are not slow: more of them would only wait for the processor."""

PROMPT_SECONDS = 0.5
"""After so long an exchange is slow, and no longer takes the place of another."""

MAX_SUSPECT = 8
"""Exchanges at once with addresses that failed the last time."""

MAX_IN_FLIGHT = 128
"""Exchanges at once, slow or not: each has a thread and a socket."""

WINDOW = 8
"""So many times the free places are looked at, since several may be for one address."""

EVENTS_SECONDS = 0.1
"""How long an answer is waited for until what waits is looked at again."""

type _Job = Job[Delivery]
type _Message = tuple[str, int]


def send_in_parallel(
    channel: str, now: datetime, *, limit: int | None, until: datetime | None
) -> bool:
    """Send what is due, until nothing is; false if nothing is left that could be tried.

    Call it with the channel's lock. After ``until`` nothing is begun, except that addresses which
    answer need not wait until the ones that hang are given up.
    """
    began, ended, count = clock.now(), math.inf, 0
    notifications: dict[_Message, Notification] = {}
    with exchanging() as exchanges:
        while True:
            moment = now + (clock.now() - began)
            in_time = until is None or clock.now() < until
            if not in_time:
                ended = min(ended, time.monotonic())
            left = None if limit is None else limit - count
            claimed: list[Delivery] = []
            if in_time or any(job.began < ended for job in exchanges.in_flight):
                claimed = _claim_next(channel, moment, exchanges, left, with_suspects=in_time)
            count += len(claimed)
            for delivery in claimed:
                _begin(delivery, exchanges, notifications, moment)
            if not exchanges.in_flight:
                if claimed:
                    continue
                return not in_time or left == 0
            _heed(exchanges, moment)


def _claim_next(
    channel: str,
    now: datetime,
    exchanges: "Exchanges[Delivery]",
    left: int | None,
    *,
    with_suspects: bool,
) -> list[Delivery]:
    """As many as there are places for, at most ``left``."""
    places = MAX_IN_FLIGHT - len(exchanges.in_flight)
    places = places if left is None else min(places, left)
    suspects = sum(job.is_suspect for job in exchanges.in_flight)
    slow_before = time.monotonic() - PROMPT_SECONDS
    prompt = sum(not job.is_suspect and job.began > slow_before for job in exchanges.in_flight)
    rows = _due(channel, now, exchanges)
    claimed = _claim(rows.exclude(_SUSPECT), min(MAX_PROMPT - prompt, places), now)
    if with_suspects:
        free = min(MAX_SUSPECT - suspects, places - len(claimed))
        claimed += _claim(rows.filter(_SUSPECT), free, now)
    return claimed


_SUSPECT = Q(subscriber__failures__gt=0) | Q(notice__person__notice_choice__failures__gt=0)
"""Of addresses that failed the last time. Tests never are: their person waits."""


def _due(channel: str, now: datetime, exchanges: "Exchanges[Delivery]") -> QuerySet[Delivery]:
    """What may be tried now: nothing for an address that is left alone, or has an exchange."""
    busy: dict[str, list[int]] = {"subscriber": [], "person": []}
    for job in exchanges.in_flight:
        kind, pk = job.target
        busy[kind].append(pk)
    rows = waiting.deliveries(now).filter(channel=channel)
    rows = rows.exclude(subscriber__paused_until__gt=now)
    rows = rows.exclude(notice__person__notice_choice__paused_until__gt=now)
    if busy["subscriber"]:
        rows = rows.exclude(subscriber__in=busy["subscriber"])
    if busy["person"]:
        rows = rows.exclude(notice__person__in=busy["person"])
        rows = rows.exclude(tested_by__in=busy["person"])
    return rows


def _claim(rows: QuerySet[Delivery], places: int, now: datetime) -> list[Delivery]:
    """Claim the first of each address. Durable: committed before anything is sent."""
    if places <= 0:
        return []
    keys = ("pk", "subscriber_id", "notice__person_id", "tested_by_id")
    firsts: dict[tuple[int | None, int | None], int] = {}
    for pk, subscriber, notified, tester in rows.values_list(*keys)[: places * WINDOW]:
        firsts.setdefault((subscriber, notified or tester), pk)
    if not firsts:
        return []
    with transaction.atomic(durable=True):
        claimed = list(
            Delivery.objects.filter(pk__in=list(firsts.values())[:places], state=State.WAITING)
            .select_related(
                "notice__person__notice_choice",
                "notice__incident",
                "subscriber",
                "tested_by__notice_choice",
            )
            .select_for_update(skip_locked=True, of=("self",))
            .order_by("next_try_at", "pk")
        )
        Delivery.objects.filter(pk__in=[delivery.pk for delivery in claimed]).update(
            state=State.SENDING, attempts=F("attempts") + 1, next_try_at=now
        )
    for delivery in claimed:
        delivery.state, delivery.next_try_at = State.SENDING, now
        delivery.attempts += 1
    return claimed


def _begin(
    delivery: Delivery,
    exchanges: "Exchanges[Delivery]",
    notifications: dict[_Message, Notification],
    now: datetime,
) -> None:
    """Start its exchange, or store why it has none."""
    if reason := outcomes.reason_to_drop(delivery):
        outcomes.write(delivery, State.DEAD, last_error=reason)
        return
    try:
        exchange = _exchange(delivery, notifications)
    except Exception as error:  # noqa: BLE001  (one that cannot be written must not stop the others)
        _store_failure(delivery, error, now)
        return
    row = outcomes.address_row(delivery)
    is_suspect = row is not None and row.failures > 0
    exchanges.start(Job(delivery, outcomes.target_of(delivery), exchange, is_suspect))


def _exchange(delivery: Delivery, notifications: dict[_Message, Notification]) -> Exchange:
    """Everything that the database has to say is read here, on the thread that may ask it."""
    if delivery.subscriber is None:
        return personal.exchange(delivery)
    notification = _notification(delivery, notifications)
    if delivery.channel == SubscriberKind.APPRISE:
        title, text = subscribers.chat_message(delivery.subscriber, notification)
        return partial(apprise.send, delivery.subscriber.address, title, text)
    return partial(webhook.post, webhook.request_of(delivery, notification))


def _notification(
    delivery: Delivery, notifications: dict[_Message, Notification]
) -> Notification | None:
    """What its message says, read once for all that are sent it; None for the first message."""
    column = next((name for name in MESSAGES if getattr(delivery, f"{name}_id")), None)
    if column is None:
        return None
    key = column, getattr(delivery, f"{column}_id")
    if key not in notifications:
        notifications[key] = notification_to_send(delivery.message)
    return notifications[key]


def _heed(exchanges: "Exchanges[Delivery]", now: datetime) -> None:
    """Store what happened: all handovers in one statement, all arrivals in another."""
    leaving: list[_Job] = []
    arrived: list[_Job] = []
    for job in exchanges.events(EVENTS_SECONDS):
        if not job.is_over:
            leaving.append(job)
            continue
        exchanges.in_flight.discard(job)
        if job.error is None:
            arrived.append(job)
        else:
            _store_failure(job.delivery, job.error, now)
    if leaving:
        rows = Delivery.objects.filter(pk__in=[job.delivery.pk for job in leaving])
        rows.update(state=State.HANDED)
        for job in leaving:
            job.approve(may_hand_over=True)
    outcomes.sent(_deliveries(arrived), now)


def _deliveries(jobs: Sequence[_Job]) -> list[Delivery]:
    return [job.delivery for job in jobs]


def _store_failure(delivery: Delivery, error: Exception, now: datetime) -> None:
    if isinstance(error, Refused):
        outcomes.refused(delivery, error, now)
    else:
        outcomes.failed(delivery, error, now)
