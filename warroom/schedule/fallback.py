"""A worker that hears no tick ticks by itself: beat, broker or Valkey may be away, time is not.

Whatever two ticks find at once is claimed in the database, so one too many changes nothing.
"""

import logging
import threading
import time

from celery.signals import worker_ready
from django.db import connection

from warroom.schedule import tick

logger = logging.getLogger(__name__)

SILENCE = 1.2
"""Seconds without a tick in this process after which it ticks by itself."""

LOOK_EVERY = 0.2


@worker_ready.connect
def stand_by(**_: object) -> None:
    threading.Thread(target=_watch, name="standby-tick", daemon=True).start()


def _watch() -> None:
    while True:
        time.sleep(LOOK_EVERY)
        tick_if_silent()


def tick_if_silent() -> bool:
    """One tick where none came for long; true when it was tried."""
    if tick.silent_for() < SILENCE:
        return False
    try:
        tick.tick()
    except Exception:
        logger.exception("A tick in place of the beat's failed")
    finally:
        connection.close()
    return True
