"""The one beat: asks every app what has come due at one moment, and does it.

Reminders first: a slow mail server may delay mail, never a reminder in the room.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import batched

from celery import shared_task
from django.db import connection

from comms import due as comms_due
from comms.actions import lapses, outbox
from comms.delivery import fan_out
from comms.status import rendering
from incidents import housekeeping
from incidents.actions import checkpoints
from incidents.due import Due, due
from kernel import clock
from lanes import due as lanes_due
from lanes.anti_patterns import record_patterns
from lanes.handoff import actions as handoffs
from lanes.models import Handoff
from retros.backlog import due as backlog_due
from retros.backlog import reminder_actions
from retros.package import worker
from retros.review import due as review_due
from retros.review import reminder_actions as review_reminding
from retros.watch import actions as watching
from retros.watch import due as retros_due
from warroom.schedule import heartbeat

logger = logging.getLogger(__name__)

STEPS: tuple[Callable[[datetime], None], ...] = (
    record_patterns.observe_all,
    rendering.keep_current,
    outbox.fill,
    fan_out.fill,
    outbox.send_waiting,
    worker.ask_for_waiting,
    housekeeping.delete_old_submissions,
    housekeeping.delete_expired_sessions,
    heartbeat.note,
)


SPARED = 0.4
"""Seconds after a tick in which this process skips further ones: those of a second beat, and those
that waited while no worker was there. Measured, not read from a message, whose clock may be off."""

MOST_OFF = timedelta(seconds=1)
"""How far the clock of a process may be from the database's before the log says so."""

AT_ONCE = 50
_LOCK = 0x57415449
"""The advisory lock that one tick's steps hold."""

_last = _told_at = -math.inf


@shared_task(name="warroom.tick")
def tick() -> None:
    global _last
    began = time.monotonic()
    if not clock.is_set() and began - _last < SPARED:
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
    _tell_if_off(clock.now() - moment)
    return moment


def _tell_if_off(by: timedelta) -> None:
    """Once a minute: what people write through such a process carries its time."""
    global _told_at
    if abs(by) > MOST_OFF and time.monotonic() - _told_at >= 60:
        _told_at = time.monotonic()
        words = "The clock of this process is %.1f s %s the database's: set it"
        ahead = "ahead of" if by > timedelta() else "behind"
        logger.warning(words, abs(by.total_seconds()), ahead)


def run(now: datetime) -> None:
    """Do all that is due; what fails is logged, and the rest goes on."""
    _remind_of_checkpoints(now)
    for waiting in lanes_due.due(now):
        _remind_of_offer(waiting, now)
    for promised in comms_due.promises(now):
        _remind_of_promise(promised, now)
    for asked in retros_due.check_ins(now):
        _remind_of_watch(asked, now)
    for watched in retros_due.watches(now):
        _end_watch(watched, now)
    for owed in backlog_due.due_reminders(now):
        _remind_of_item(owed, now)
    for behind in review_due.due_reminders(now):
        _remind_of_look(behind, now)
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

    Two ticks at once share the work: each takes the incidents that the other does not hold.
    """
    for part in batched(due(now), AT_ONCE, strict=False):
        try:
            together = [(one.incident_id, one.checkpoint_id, one.kind) for one in part]
            checkpoints.remind_all(together, now=now)
        except Exception:
            logger.exception("%s reminders failed together: each is tried by itself", len(part))
    for one in due(now):
        _remind(one, now)


def _remind(one: Due, now: datetime) -> None:
    """Write one reminder. A row that cannot be written is marked, and tried again later."""
    try:
        checkpoints.remind(one.checkpoint_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of checkpoint %s failed", one.kind, one.checkpoint_id)
        housekeeping.postpone(one.kind, one.subject, one.due_at, error, now)


def _remind_of_offer(one: Handoff, now: datetime) -> None:
    """The same for an offer that waits for its answer."""
    try:
        handoffs.remind(one.pk, now=now)
    except Exception as error:
        logger.exception("%s of handoff %s failed", lanes_due.WAITING, one.pk)
        due_at = lanes_due.answer_due(one)
        housekeeping.postpone(lanes_due.WAITING, str(one.pk), due_at, error, now)


def _remind_of_promise(one: comms_due.PromiseReminder, now: datetime) -> None:
    """The same for a promised update."""
    try:
        lapses.remind(one.update_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of update %s failed", one.kind, one.update_id)
        housekeeping.postpone(one.kind, one.subject, one.due_at, error, now)


def _remind_of_watch(one: retros_due.DueCheckIn, now: datetime) -> None:
    """The same for a check-in."""
    try:
        watching.remind(one.check_in_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of check-in %s failed", one.kind, one.check_in_id)
        housekeeping.postpone(one.kind, one.subject, one.due_at, error, now)


def _end_watch(incident: int, now: datetime) -> None:
    try:
        watching.end_watch(incident, now=now)
    except Exception:
        logger.exception("The watch of INC-%s could not be ended", incident)


def _remind_of_item(one: backlog_due.DueReminder, now: datetime) -> None:
    """The same for hardening work."""
    try:
        reminder_actions.remind(one.item_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of HARD-%s failed", one.kind, one.item_id)
        housekeeping.postpone(one.kind, one.subject, one.due_at, error, now)


def _remind_of_look(one: review_due.DueReminder, now: datetime) -> None:
    """The same for a review or a retro."""
    try:
        review_reminding.remind(one.look_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of look back %s failed", one.kind, one.look_id)
        housekeeping.postpone(one.kind, one.subject, one.due_at, error, now)
