"""Steps of closing, within the transaction of an action that locked the incident."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from incidents.actions.checkpoint_steps import lift_checkpoints_step
from incidents.actions.lifecycle_steps import set_status_step
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import put_in_role_step
from incidents.actions.transaction import next_number
from incidents.facts.incident import IncidentFacts
from incidents.locking import check_locked
from incidents.models import Incident, Person, Risk, TimelineEntry
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import RoleName, Status
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text
from retros.closing import facts as gate_facts
from retros.closing import rules as gate
from retros.closing.as_closed import copy_state
from retros.closing.signals import incident_closed
from retros.models import BacklogItem, CheckIn, Closing, Statement
from retros.vocabulary import CHECK_IN_HOURS, Ending

STATED_KIND = "closing.stated"
_FIELDS = (
    *("happened", "path", "uncertain", "need", "confidence", "trigger", "watch_owner"),
    *("ending", "cause_risk", "cause_item"),
)
CLOSED_KIND = replay.KINDS.register("incident.closed")


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementInput:
    """The closing statement as its author filled it in.

    ``seen`` is when the version was written that they had before them; None where nobody looked at
    one before, and whatever is saved is replaced.
    """

    happened: str = ""
    path: str = ""
    uncertain: str = ""
    need: str = ""
    confidence: str = ""
    trigger: str = ""
    watch_owner: Person | None = None
    ending: str = Ending.MITIGATED
    cause_risk: Risk | None = None
    cause_item: BacklogItem | None = None
    seen: str | None = None


def save_statement_step(
    incident: Incident, statement: StatementInput, actor: Actor, now: datetime
) -> Statement:
    """Save the statement with one entry; an unchanged one is not saved again."""
    check_locked(incident)
    related = ("watch_owner", "cause_risk", "cause_item")
    saved = Statement.objects.select_related(*related).filter(pk=incident.pk).first()
    row = Statement(incident_id=incident.pk, written_at=now, **_columns(statement))
    if saved is not None and _content(saved) == _content(row) and not _is_void(saved, incident):
        return saved
    if saved is not None and statement.seen not in (None, saved.written_at.isoformat()):
        _refuse_if_others_changed(saved, row, actor)
    row.save(force_insert=saved is None, force_update=saved is not None)
    record(
        incident,
        STATED_KIND,
        actor,
        now,
        **{name: getattr(row, name) for name in ("happened", "path", "uncertain", "need")},
        confidence=row.get_confidence_display(),
        trigger=row.trigger,
        watch_owner=str(row.watch_owner or ""),
        **_ending_entry(row),
    )
    return row


def _ending_entry(row: Statement) -> dict[str, Any]:
    """Nothing of an incident that was mitigated, as nearly all are."""
    if row.ending == Ending.MITIGATED:
        return {}
    return {
        "ending": row.get_ending_display(),
        "cause_risk": row.cause_risk.reference if row.cause_risk else "",
        "cause_item": row.cause_item.reference if row.cause_item else "",
    }


def _refuse_if_others_changed(saved: Statement, row: Statement, actor: Actor) -> None:
    """The author's own other page is no other author."""
    entries = TimelineEntry.objects.filter(incident=saved.incident_id, kind=STATED_KIND)
    last = entries.order_by("-seq").first()
    if last is None or last.actor_id == actor.id:
        return
    changed = {
        name: _shown(saved, name) for name in _FIELDS if getattr(saved, name) != getattr(row, name)
    }
    raise Refused(gate.changed_violations(last.actor_name, changed))


def _shown(saved: Statement, name: str) -> str:
    if name in {"confidence", "ending"}:
        return str(getattr(saved, f"get_{name}_display")())
    return str(getattr(saved, name) or "")


def _is_void(saved: Statement, incident: Incident) -> bool:
    """A statement from before the last reopening is void: sent again, even unchanged, it is saved
    anew."""
    reopened_at = gate_facts.last_reopened_at(incident)
    return reopened_at is not None and saved.written_at <= reopened_at


def _columns(statement: StatementInput) -> dict[str, object]:
    texts = ("happened", "path", "uncertain", "need")
    return {
        **{name: clean_text(getattr(statement, name), 2000) for name in texts},
        "confidence": statement.confidence,
        "trigger": clean_text(statement.trigger, 1000),
        "watch_owner": statement.watch_owner,
        "ending": statement.ending or Ending.MITIGATED,
        "cause_risk": statement.cause_risk,
        "cause_item": statement.cause_item,
    }


def _content(row: Statement) -> tuple[object, ...]:
    return tuple(getattr(row, name) for name in _FIELDS)


def record_refusal_step(
    incident: Incident,
    violations: Sequence[Violation],
    actor: Actor,
    now: datetime,
) -> None:
    """Leave the refused closing on the timeline, with every unmet condition."""
    check_locked(incident)
    record(
        incident,
        "closing.refused",
        actor,
        now,
        count=f"{len(violations)} condition{'s' if len(violations) != 1 else ''}",
        codes=", ".join(violation.code for violation in violations),
        unmet=[violation.sentence for violation in violations],
    )


def close_step(
    facts: IncidentFacts,
    unmitigated: gate.UnmitigatedFacts | None,
    statement: Statement | None,
    actor: Actor,
    now: datetime,
) -> Closing:
    """Close an incident whose gate is open; ``facts``, ``unmitigated`` and ``statement`` are what
    the gate judged.

    Effects, in order: the closing, its check-ins, checkpoints ahead lifted, the status, one entry,
    the watch owner's role and notice, the signal.
    """
    incident = facts.incident
    check_locked(incident)
    # The gate has required both.
    assert statement is not None
    assert statement.watch_owner is not None
    shown, ending = unmitigated and unmitigated.runs, unmitigated.sentence if unmitigated else ""
    closing = Closing.objects.create(
        incident=incident,
        number=next_number(Closing.objects.filter(incident=incident)),
        closed_at=now,
        closed_by=Person.objects.get(pk=actor.id),
        seq=incident.last_seq + 1,
        happened=statement.happened,
        path=statement.path,
        uncertain=statement.uncertain,
        need=statement.need,
        confidence=statement.confidence,
        trigger=statement.trigger,
        watch_until=now + gate.WATCH_LENGTH,
        as_closed=copy_state(facts) | ({"ending": ending} if ending else {}),
        ending=statement.ending,
        recovered_at=shown.first.captured_at if shown else None,
    )
    due_times = [(hour, now + timedelta(hours=hour)) for hour in CHECK_IN_HOURS]
    CheckIn.objects.bulk_create(
        CheckIn(closing=closing, hour=hour, due_at=due_at) for hour, due_at in due_times
    )
    lifted = lift_checkpoints_step(incident, now)
    shown_in_entry: dict[str, Any] = {"ending": ending} if ending else {}
    record(
        incident,
        CLOSED_KIND,
        actor,
        now,
        subject=incident.reference,
        number=closing.number,
        happened=closing.happened,
        confidence=closing.get_confidence_display(),
        trigger=closing.trigger,
        watch_owner=str(statement.watch_owner),
        watch_until=closing.watch_until.isoformat(),
        lifted=", ".join(lifted),
        **shown_in_entry,
        becomes=set_status_step(incident, Status.WATCHING),
    )
    put_in_role_step(incident, RoleName.WATCH_OWNER, "", statement.watch_owner, now)
    _notify_watch_owner(closing, statement.watch_owner, actor, now)
    incident_closed.send(sender=Closing, incident=incident, closing=closing, now=now)
    return closing


def _notify_watch_owner(closing: Closing, owner: Person, actor: Actor, now: datetime) -> None:
    if owner.pk == actor.id:
        return
    incident = closing.incident
    sentence = f"You watch {incident.reference} for 24 h. Reopen it when: {closing.trigger}"[:300]
    href = closing.get_absolute_url()
    notify_step(incident, [owner], CLOSED_KIND, sentence, href, now, incident.reference)
