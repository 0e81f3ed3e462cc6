"""Anchors of the record, posted to an address of the operator's, and tried again like deliveries.

What is posted is the anchor itself, which is signed. The same one may come twice: when a worker
dies between posting it and noting that, it is posted again.
"""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from comms.actions.delivery_outcomes import RETRY_DELAYS
from comms.delivery import Refused, webhook
from comms.models import AnchorPost
from incidents.timeline.anchors import is_same
from kernel.enqueue import ask

logger = logging.getLogger("warroom.record")

TASK = "comms.post_anchors"
KEPT_FOR = timedelta(days=7)
"""What is over is deleted then, but for the newest."""


def add(text: str, now: datetime) -> bool:
    """Have an anchor posted; false where nothing changed since the last one."""
    newest = AnchorPost.objects.last()
    if newest is not None and is_same(newest.text, text):
        return False
    AnchorPost.objects.create(text=text, made_at=now, next_try_at=now)
    AnchorPost.objects.filter(next_try_at=None, made_at__lt=now - KEPT_FOR).delete()
    return True


def ask_for_waiting(now: datetime) -> None:
    """For the tick: the address may be slow, so a worker posts to it."""
    if settings.RECORD_ANCHORS_URL and AnchorPost.objects.due(now).exists():
        ask(TASK)


def send_waiting(now: datetime) -> None:
    while settings.RECORD_ANCHORS_URL and (row := _claim(now)) is not None:
        try:
            webhook.post_document(settings.RECORD_ANCHORS_URL, row.text.encode())
        except Refused as refusal:
            _fail(row, str(refusal), is_over=True)
        except Exception as error:  # noqa: BLE001  (whatever the other side does, it is tried again)
            _fail(row, f"{type(error).__name__}: {error}", is_over=row.next_try_at is None)
        else:
            _write(row, sent_at=now, next_try_at=None, last_error="")


def _claim(now: datetime) -> AnchorPost | None:
    """The next one, with the time of its next try: whoever dies meanwhile has it tried then."""
    with transaction.atomic(durable=True):
        row = AnchorPost.objects.due(now).select_for_update(skip_locked=True).first()
        if row is None:
            return None
        is_last = row.attempts >= len(RETRY_DELAYS)
        row.next_try_at = now + RETRY_DELAYS[min(row.attempts, len(RETRY_DELAYS) - 1)]
        row.attempts += 1
        row.save(update_fields=["attempts", "next_try_at"])
    if is_last:
        row.next_try_at = None
    return row


def _fail(row: AnchorPost, error: str, *, is_over: bool) -> None:
    if is_over:
        logger.error("Anchor of %s given up after %s: %s", row.made_at, row.attempts, error)
        _write(row, next_try_at=None, last_error=error)
        return
    logger.warning("Anchor of %s not posted, attempt %s: %s", row.made_at, row.attempts, error)
    _write(row, last_error=error)


def _write(row: AnchorPost, **values: object) -> None:
    AnchorPost.objects.filter(pk=row.pk).update(**values)
