"""The step that names somebody else who executes or verifies a decision."""

from datetime import datetime

from incidents.actions.role_steps import join_step
from incidents.locking import check_locked
from incidents.models import Decision, Incident, Person, Replacement
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionRole
from kernel.actor import Actor


def replace_step(
    incident: Incident,
    decision: Decision,
    part: ExecutionRole,
    person: Person,
    reason: str,
    actor: Actor,
    now: datetime,
) -> Replacement:
    """Effects, in order: the row, who does it now, their part in the incident, the entry."""
    check_locked(incident)
    before = decision.execution.holder(part)
    row = Replacement.objects.create(
        incident=incident,
        decision=decision,
        role=part,
        person=person,
        before=before,
        reason=reason,
        at=now,
        **Replacement.columns(actor),
    )
    decision.execution.put_holder(part, person)
    join_step(incident, person, now)
    record(
        incident,
        "execution.replaced",
        actor,
        now,
        subject=decision.reference,
        role=part.value,
        does=part.label.lower(),
        person=str(person),
        person_id=person.pk,
        before=str(before),
        reason=row.reason,
    )
    return row


def follow_record_step(incident: Incident, decision: Decision, actor: Actor, now: datetime) -> None:
    """The record of an act that is completed says who verifies: also where somebody else was named
    in the meantime."""
    part, execution = ExecutionRole.VERIFIER, decision.execution
    if execution.verifier_id != decision.verifier_id:
        reason = f"The record of {decision.reference} names who verifies."
        replace_step(incident, decision, part, decision.verifier, reason, actor, now)
