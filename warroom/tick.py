"""The one beat: asks every app what has come due at one moment, and does it.

Reminders first: a slow mail server may delay mail, never a reminder in the room.
"""

import logging
from collections.abc import Callable
from datetime import datetime

from celery import shared_task

from comms import announcing, outbox
from comms import due as comms_due
from comms.actions import lapses
from comms.status import rendering
from incidents import upkeep
from incidents.actions import checkpoints
from incidents.due import Due, due
from lanes import due as lanes_due
from lanes import observing
from lanes.actions import handoffs
from lanes.models import Handoff
from retros import backlog_due, making, review_due
from retros import due as retros_due
from retros.actions import reminding, review_reminding, watching
from warroom.kernel import clock
from warroom.operations import beat

logger = logging.getLogger(__name__)

STEPS: tuple[Callable[[datetime], None], ...] = (
    observing.observe_all,
    rendering.keep_current,
    outbox.fill,
    announcing.fill,
    outbox.send_waiting,
    making.ask_for_waiting,
    upkeep.forget_submissions,
    upkeep.forget_sessions,
    beat.note,
)


@shared_task(name="warroom.tick")
def tick() -> None:
    run(clock.now())


def run(now: datetime) -> None:
    """Do all that is due; what fails is logged, and the rest goes on."""
    for one in due(now):
        _remind(one, now)
    for waiting in lanes_due.due(now):
        _remind_of_offer(waiting, now)
    for promised in comms_due.promises(now):
        _remind_of_promise(promised, now)
    for asked in retros_due.check_ins(now):
        _remind_of_watch(asked, now)
    for watched in retros_due.watches(now):
        _end_watch(watched, now)
    for owed in backlog_due.items(now):
        _remind_of_item(owed, now)
    for behind in review_due.looks(now):
        _remind_of_look(behind, now)
    for step in STEPS:
        try:
            step(now)
        except Exception:
            logger.exception("The tick's %s failed", step.__name__)


def _remind(one: Due, now: datetime) -> None:
    """Write one reminder. A row that cannot be written is marked, and tried again later."""
    try:
        checkpoints.remind(one.checkpoint_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of checkpoint %s failed", one.kind, one.checkpoint_id)
        upkeep.put_off(one.kind, one.subject, one.due_at, error, now)


def _remind_of_offer(one: Handoff, now: datetime) -> None:
    """The same for an offer that waits for its answer."""
    try:
        handoffs.remind(one.pk, now=now)
    except Exception as error:
        logger.exception("%s of handoff %s failed", lanes_due.WAITING, one.pk)
        due_at = lanes_due.answer_due(one)
        upkeep.put_off(lanes_due.WAITING, str(one.pk), due_at, error, now)


def _remind_of_promise(one: comms_due.Promised, now: datetime) -> None:
    """The same for a promised update."""
    try:
        lapses.remind(one.update_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of update %s failed", one.kind, one.update_id)
        upkeep.put_off(one.kind, one.subject, one.due_at, error, now)


def _remind_of_watch(one: retros_due.Asked, now: datetime) -> None:
    """The same for a check-in."""
    try:
        watching.remind(one.check_in_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of check-in %s failed", one.kind, one.check_in_id)
        upkeep.put_off(one.kind, one.subject, one.due_at, error, now)


def _end_watch(incident: int, now: datetime) -> None:
    try:
        watching.end_watch(incident, now=now)
    except Exception:
        logger.exception("The watch of INC-%s could not be ended", incident)


def _remind_of_item(one: backlog_due.Owed, now: datetime) -> None:
    """The same for hardening work."""
    try:
        reminding.remind(one.item_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of HARD-%s failed", one.kind, one.item_id)
        upkeep.put_off(one.kind, one.subject, one.due_at, error, now)


def _remind_of_look(one: review_due.Owed, now: datetime) -> None:
    """The same for a review or a retro."""
    try:
        review_reminding.remind(one.look_id, one.kind, now=now)
    except Exception as error:
        logger.exception("%s of look back %s failed", one.kind, one.look_id)
        upkeep.put_off(one.kind, one.subject, one.due_at, error, now)
