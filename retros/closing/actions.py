"""Closing an incident: its statement, the gate, and opening it again.

The gate is judged under the lock, from what is read there; nothing that a caller can pass changes
what it says.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from comms.actions import lapses
from incidents.actions.checkpoint_steps import lift_checkpoints_step, schedule_step
from incidents.actions.lifecycle_steps import set_status_step
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder, put_in_role_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import RefusedAfterCommit, incident_action, next_number
from incidents.models import Incident, Person
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import RoleName, Status
from kernel import metrics
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text
from lanes.handoff import steps as handoff_steps
from retros.closing import facts as gate_facts
from retros.closing import rules as gate
from retros.closing.signals import incident_closed
from retros.models import CheckIn, Closing, Statement
from retros.vocabulary import CHECK_IN_HOURS, End
from retros.watch import rules as watch_rules

CLOSED = replay.register("incident.closed")
REOPENED = replay.register("incident.reopened")

AGAIN_WITHIN = timedelta(minutes=10)
"""An incident that is active again is decided on within it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """The closing statement as its author filled it in."""

    happened: str = ""
    path: str = ""
    uncertain: str = ""
    need: str = ""
    confidence: str = ""
    trigger: str = ""
    watch_owner: Person | None = None


def state(
    actor: Actor, incident_id: int, stated: Stated, *, now: datetime, once: UUID | None = None
) -> Statement:
    """Keep the closing statement. It may be unfinished; what did not change is no entry."""
    with incident_action("incident.close", actor, incident_id, now, once=once) as incident:
        _check_active(incident)
        return _state(incident, stated, actor, now)


def _state(incident: Incident, stated: Stated, actor: Actor, now: datetime) -> Statement:
    kept = Statement.objects.filter(pk=incident.pk).first()
    row = Statement(incident=incident, written_at=now, **_columns(stated))
    if kept is not None and _said(kept) == _said(row) and not _is_outdated(kept):
        return kept
    row.save(force_insert=kept is None, force_update=kept is not None)
    record(
        incident,
        "closing.stated",
        actor,
        now,
        **{name: getattr(row, name) for name in ("happened", "path", "uncertain", "need")},
        confidence=row.get_confidence_display(),
        trigger=row.trigger,
        watch_owner=str(row.watch_owner or ""),
    )
    return row


def _is_outdated(kept: Statement) -> bool:
    """Said for an ending that was none: the same words count again once they are said again."""
    since = gate_facts.reopened(kept.incident)
    return since is not None and kept.written_at <= since


def _columns(stated: Stated) -> dict[str, object]:
    texts = ("happened", "path", "uncertain", "need")
    return {
        **{name: clean_text(getattr(stated, name), 2000) for name in texts},
        "confidence": stated.confidence,
        "trigger": clean_text(stated.trigger, 1000),
        "watch_owner": stated.watch_owner,
    }


def _said(row: Statement) -> tuple[object, ...]:
    names = ("happened", "path", "uncertain", "need", "confidence", "trigger", "watch_owner_id")
    return tuple(getattr(row, name) for name in names)


def close(
    actor: Actor,
    incident_id: int,
    *,
    stated: Stated | None = None,
    now: datetime,
    once: UUID | None = None,
) -> Closing:
    """Close the incident, if every condition of the gate is met; the watch begins.

    Effects, in order: the statement where one is given, lapses that nobody noted yet, the closing,
    its check-ins, checkpoints ahead lifted, the status, one entry, the watch owner's role, what
    followers make of it. Refused: statement and lapses stay, the attempt stands on the timeline,
    and ``Refused`` carries every unmet condition.
    """
    try:
        with incident_action("incident.close", actor, incident_id, now, once=once) as incident:
            _check_active(incident)
            if stated is not None:
                _state(incident, stated, actor, now)
            lapses.note_lapsed(incident, now)
            problems = gate.violations(gate.judge(gate_facts.ending(incident, now)))
            if problems:
                _record_refusal(incident, actor, problems, now)
                raise RefusedAfterCommit(problems)
            made = _close(incident, actor, now)
            redirect_submission(once, watch_href(incident))
    except RefusedAfterCommit:
        metrics.GATE_REFUSALS.inc()
        raise
    return made


def _check_active(incident: Incident) -> None:
    if incident.status != Status.ACTIVE:
        now = incident.get_status_display().lower()
        words = f"{incident.reference} is not active: it is {now}."
        raise Refused.because("T-STATUS", words, "status")


def _record_refusal(
    incident: Incident, actor: Actor, problems: Iterable[Violation], now: datetime
) -> None:
    problems = tuple(problems)
    record(
        incident,
        "closing.refused",
        actor,
        now,
        count=f"{len(problems)} condition{'s' if len(problems) != 1 else ''}",
        codes=", ".join(one.code for one in problems),
        unmet=[one.sentence for one in problems],
    )


def _close(incident: Incident, actor: Actor, now: datetime) -> Closing:
    stated = Statement.objects.select_related("watch_owner").get(pk=incident.pk)
    # What the gate has just required.
    assert stated.watch_owner is not None
    made = Closing.objects.create(
        incident=incident,
        number=next_number(Closing.objects.filter(incident=incident)),
        closed_at=now,
        closed_by=Person.objects.get(pk=actor.id),
        seq=incident.last_seq + 1,
        happened=stated.happened,
        path=stated.path,
        uncertain=stated.uncertain,
        need=stated.need,
        confidence=stated.confidence,
        trigger=stated.trigger,
        watch_until=now + gate.WATCH,
    )
    hours = [(hour, now + timedelta(hours=hour)) for hour in CHECK_IN_HOURS]
    CheckIn.objects.bulk_create(CheckIn(closing=made, hour=h, due_at=at) for h, at in hours)
    lifted = lift_checkpoints_step(incident, now)
    record(
        incident,
        CLOSED,
        actor,
        now,
        subject=made.incident.reference,
        number=made.number,
        happened=made.happened,
        confidence=made.get_confidence_display(),
        trigger=made.trigger,
        watch_owner=str(stated.watch_owner),
        watch_until=made.watch_until.isoformat(),
        lifted=", ".join(lifted),
        becomes=set_status_step(incident, Status.WATCHING),
    )
    put_in_role_step(incident, RoleName.WATCH_OWNER, "", stated.watch_owner, now)
    _tell_watcher(made, stated.watch_owner, actor, now)
    incident_closed.send(sender=Closing, closing=made, now=now)
    return made


def _tell_watcher(made: Closing, owner: Person, actor: Actor, now: datetime) -> None:
    if owner.pk == actor.id:
        return
    incident = made.incident
    sentence = f"You watch {incident.reference} for 24 h. Reopen it when: {made.trigger}"[:300]
    notify_step(incident, [owner], CLOSED, sentence, watch_href(incident), now, incident.reference)


def fire(
    actor: Actor, incident_id: int, *, signal: str = "", now: datetime, once: UUID | None = None
) -> Incident:
    """The rollback trigger fired: active again, without a further question.

    ``signal`` is what was seen, if there was time to write it.
    """
    with incident_action("watch.fire", actor, incident_id, now, once=once) as incident:
        closing = watched(incident)
        if closing is None:
            raise Refused.because("W-OVER", "There is no watch to end: it is over.", "watch")
        seen = clean_text(signal, 500) or closing.trigger
        _reopen(incident, closing, End.FIRED, f"The rollback trigger fired. {seen}", actor, now)
    return incident


def reopen(
    actor: Actor, incident_id: int, *, reason: str, now: datetime, once: UUID | None = None
) -> Incident:
    """Active again, from the watch or from closed, with a reason. The gate stands anew."""
    with incident_action("incident.reopen", actor, incident_id, now, once=once) as incident:
        if problems := watch_rules.reopen_violations(incident.status, reason):
            raise Refused(problems)
        _reopen(incident, watched(incident), End.REOPENED, clean_text(reason, 500), actor, now)
    return incident


def _reopen(
    incident: Incident,
    closing: Closing | None,
    how: End,
    reason: str,
    actor: Actor,
    now: datetime,
) -> None:
    if closing is not None:
        closing.ended_at, closing.end, closing.end_reason = now, how, reason[:500]
        closing.save(update_fields=["ended_at", "end", "end_reason"])
    becomes = set_status_step(incident, Status.ACTIVE)
    record(incident, REOPENED, actor, now, reason=reason, how=str(how.label), becomes=becomes)
    if closing is not None:
        end_offer(incident, closing, actor, now)
    limit = now + AGAIN_WITHIN
    if not incident.checkpoints.open().filter(due_at__gt=now, due_at__lte=limit).exists():
        schedule_step(incident, actor, limit, "Decide again: it was reopened", now)
    people = [holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DEPUTY)]
    told = [person for person in people if person is not None and person.pk != actor.id]
    sentence = f"{incident.reference} is open again. {reason}"[:300]
    notify_step(incident, told, REOPENED, sentence, incident.get_absolute_url(), now)


def end_offer(incident: Incident, closing: Closing, actor: Actor, now: datetime) -> None:
    """A step: a watch that is over is nobody's to take over any more."""
    reason = f"{closing.get_end_display()}: the watch is over."
    handoff_steps.end_of_watch(incident, reason, actor, now)


def watched(incident: Incident) -> Closing | None:
    """The closing whose watch is open."""
    rows = Closing.objects.filter(incident=incident, ended_at=None)
    return rows.first()


def watch_href(incident: Incident) -> str:
    return reverse("watch", args=[incident.pk])
