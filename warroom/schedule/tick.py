"""The tick: asks every app what is due at one moment, and does it.

Reminders first: a slow mail server may delay mail, never a reminder in the room.
"""

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import batched

from celery import shared_task
from django.db import connection

from comms import due as comms_due
from comms.actions import anchor_posts, maintenance, outbox
from comms.delivery import fan_out
from comms.status import rendering
from incidents import housekeeping
from incidents.actions import checkpoints
from incidents.due import Due, absences, due
from kernel import clock
from lanes import due as lanes_due
from lanes.anti_patterns import record_patterns
from machines.api import submissions
from retros.backlog import due as backlog_due
from retros.package import worker
from retros.review import due as review_due
from retros.watch import actions as watch_actions
from retros.watch import due as watch_due
from warroom.schedule import heartbeat

logger = logging.getLogger(__name__)

STEPS: tuple[Callable[[datetime], None], ...] = (
    record_patterns.observe_all,
    maintenance.keep_time,
    rendering.keep_current,
    outbox.fill,
    fan_out.fill,
    outbox.send_waiting,
    anchor_posts.ask_for_waiting,
    worker.ask_for_waiting,
    housekeeping.delete_old_submissions,
    submissions.delete_old_submissions,
    housekeeping.delete_expired_sessions,
    heartbeat.note,
)

MIN_INTERVAL_SECONDS = 0.4
"""Time after a tick in which this process skips further ones: those of a second beat, and those
that waited while no worker was there. Measured, not read from a message, whose clock may be off."""

MAX_CLOCK_OFFSET = timedelta(seconds=1)
"""How far the clock of a process may be from the database's before the log says so."""

BATCH_SIZE = 50
"""Reminders of checkpoints written in one transaction."""

_LOCK = 0x57415449
"""The advisory lock that one tick's steps hold."""

_last = _warned_at = -math.inf


@shared_task(name="warroom.tick")
def tick() -> None:
    global _last
    began = time.monotonic()
    if not clock.is_set() and began - _last < MIN_INTERVAL_SECONDS:
        return
    _last = began
    run(_moment())
    # The steps can take half a second where much is going on: what came due meanwhile waits for no
    # other tick.
    _remind_of_checkpoints(_moment())


def silent_for() -> float:
    """Seconds since the last tick of this process began."""
    return time.monotonic() - _last


def _moment() -> datetime:
    """By the database's clock, the only one that all processes share.

    A worker whose own clock is a minute ahead would remind a minute early, once and for all.
    """
    if clock.is_set():
        return clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    _warn_if_off(clock.now() - moment)
    return moment


def _warn_if_off(by: timedelta) -> None:
    """Once a minute: what people write through such a process carries its time."""
    global _warned_at
    if abs(by) > MAX_CLOCK_OFFSET and time.monotonic() - _warned_at >= 60:
        _warned_at = time.monotonic()
        message = "The clock of this process is %.1f s %s the database's: set it"
        ahead = "ahead of" if by > timedelta() else "behind"
        logger.warning(message, abs(by.total_seconds()), ahead)


def run(now: datetime) -> None:
    """Do all that is due; what fails is logged, and the rest goes on."""
    _remind_of_checkpoints(now)
    _remind(absences(now), now)
    _remind(lanes_due.due(now), now)
    _remind(comms_due.promises(now), now)
    _remind(watch_due.check_ins(now), now)
    for incident in watch_due.watches(now):
        _end_watch(incident, now)
    _remind(backlog_due.due_reminders(now), now)
    _remind(review_due.due_reminders(now), now)
    with _alone() as alone:
        for step in STEPS if alone else ():
            try:
                step(now)
            except Exception:
                logger.exception("The tick's %s failed", step.__name__)


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether no other tick is at its steps: they would only do the same."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])


def _remind_of_checkpoints(now: datetime) -> None:
    """Many in one transaction. Those of incidents that were busy, or that failed, one by one.

    Two ticks at once share the work: each takes the incidents that the other has not locked.
    """
    for batch in batched(due(now), BATCH_SIZE, strict=False):
        try:
            rows = [(row.incident_id, int(row.subject), row.kind) for row in batch]
            checkpoints.remind_all(rows, now=now)
        except Exception:
            logger.exception("%s reminders failed together: each is tried by itself", len(batch))
    _remind(due(now), now)


def _remind(reminders: Iterable[Due], now: datetime) -> None:
    """Write each reminder. One that cannot be written is marked, and tried again later."""
    for reminder in reminders:
        try:
            reminder.remind(now=now)
        except Exception as error:
            logger.exception("The reminder %s of %s failed", reminder.kind, reminder.subject)
            housekeeping.postpone(reminder.kind, reminder.subject, reminder.due_at, error, now)


def _end_watch(incident: int, now: datetime) -> None:
    try:
        watch_actions.end_watch(incident, now=now)
    except Exception:
        logger.exception("The watch of INC-%s could not be ended", incident)
