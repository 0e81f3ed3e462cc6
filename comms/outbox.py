"""Deliveries: written before they are tried, claimed before they are sent, tried again on failure.

A claim is committed before the mail server is asked, so two senders never send the same one, and
one that died in between is given up rather than sent twice: the notice itself stays on screen.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction

from comms import due
from comms.delivery import mail
from comms.models import Delivery
from incidents.models import Incident

logger = logging.getLogger(__name__)

State = Delivery.State

LEASE = timedelta(minutes=2)
"""How long a claim holds, from the start of the round, before its sender counts as dead."""

BATCH = 10
"""In one round: even if each waits the ten seconds of ``PATIENCE``, no claim outlives its lease."""

WAITS = (
    timedelta(seconds=15),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(hours=1),
)
"""Between attempts; after the last one the delivery is dead."""

INTERRUPTED = "Stopped while this was being sent; it may have arrived."
NO_ACCESS = "Not sent: the person may no longer see the incident."


def fill(now: datetime) -> None:
    """Write a delivery for each fresh notice; two who do so at once write one."""
    Delivery.objects.bulk_create(
        (Delivery(notice=notice, next_try_at=now) for notice in due.notices(now)),
        ignore_conflicts=True,
    )


def send_waiting(now: datetime) -> None:
    """Try what is due, one after the other, unless somebody else is at it.

    A failure ends the round: a mail server that is down is asked once a tick and not fifty times.
    """
    due.interrupted(now).update(state=State.DEAD, last_error=INTERRUPTED)
    if due.on_their_way(now).exists():
        return
    for _ in range(BATCH):
        delivery = claim(now)
        if delivery is None or not _attempt(delivery, now):
            return


def claim(now: datetime) -> Delivery | None:
    """Take the next delivery for this sender alone. Durable: it is committed before any sending."""
    with transaction.atomic(durable=True):
        delivery = (
            due.deliveries(now)
            .select_related("notice__person", "notice__incident")
            .select_for_update(skip_locked=True, of=("self",))
            .first()
        )
        if delivery is None:
            return None
        delivery.state = State.SENDING
        delivery.attempts += 1
        delivery.next_try_at = now + LEASE
        delivery.save(update_fields=["state", "attempts", "next_try_at"])
    return delivery


def _attempt(delivery: Delivery, now: datetime) -> bool:
    """Send a claimed delivery and write down how it went; false when the server failed."""
    notice = delivery.notice
    if not Incident.objects.visible_to(notice.person).filter(pk=notice.incident_id).exists():
        _write(delivery, State.DEAD, last_error=NO_ACCESS)
        return True
    try:
        mail.send(notice)
    except Exception as error:  # noqa: BLE001  (whatever a mail server says, the others go on)
        _failed(delivery, error, now)
        return False
    _write(delivery, State.SENT, sent_at=now, last_error="")
    return True


def _failed(delivery: Delivery, error: Exception, now: datetime) -> None:
    words = f"{type(error).__name__}: {error}"
    if delivery.attempts > len(WAITS):
        logger.error("Mail given up after %s attempts: %s", delivery.attempts, words)
        _write(delivery, State.DEAD, last_error=words)
        return
    logger.warning("Mail failed, attempt %s: %s", delivery.attempts, words)
    again = now + WAITS[delivery.attempts - 1]
    _write(delivery, State.WAITING, next_try_at=again, last_error=words)


def _write(delivery: Delivery, state: State, **values: object) -> None:
    Delivery.objects.filter(pk=delivery.pk).update(state=state, **values)
