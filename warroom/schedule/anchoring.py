"""Anchors of the record: each hour, and when the package of a closing is sealed."""

import logging
from datetime import datetime

from celery import shared_task
from django.conf import settings

from comms.actions import anchor_posts
from comms.status import export, public_anchor
from incidents.timeline import anchors
from kernel import clock
from kernel.db_timeouts import raised_db_timeouts
from kernel.enqueue import ask

logger = logging.getLogger(__name__)

TASK = "warroom.anchor"


@shared_task(name=TASK)
def keep_anchor(is_hourly: bool = False) -> None:
    """Sign the ends of all timelines, and hand them to where the settings say."""
    now = clock.now()
    with raised_db_timeouts():
        if _is_wanted():
            text = anchors.anchor(now)
            anchors.keep(now, text)
            if settings.RECORD_ANCHORS_URL and anchor_posts.add(text, now):
                ask(anchor_posts.TASK)
        # Not after a closing: the time of a new file would show when a restricted one was closed.
        if is_hourly and settings.STATUS_EXPORT:
            _publish(now)


def _publish(now: datetime) -> None:
    try:
        public_anchor.write(export.into(settings.STATUS_EXPORT), now)
    except Exception:
        logger.exception("The anchor could not be written to %s", settings.STATUS_EXPORT)


def _is_wanted() -> bool:
    return bool(settings.RECORD_ANCHORS or settings.RECORD_ANCHORS_URL)
