"""The two signatures under a decision on billing or ledger data, and taking a decision back."""

from datetime import datetime
from uuid import UUID

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.signature_steps import sign_step
from incidents.actions.transaction import incident_action
from incidents.assessments.signatures import dual_facts
from incidents.facts.incident import read_facts
from incidents.facts.signed_record import content_hash
from incidents.models import Decision, Incident, Person
from incidents.rules import dual_signature
from incidents.rules import execution as execution_rules
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionState, RoleName, SignRole
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


def sign(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    role: str,
    seen: str,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """Sign D-``number`` as commander or data owner. ``seen`` is the hash of what was read."""
    with incident_action("decision.sign", actor, incident_id, now, once=once) as incident:
        decision = incident.decisions.select_related("execution", "checkpoint").get(number=number)
        person = Person.objects.get(pk=actor.id)
        current = content_hash(decision)
        facts = dual_facts(read_facts(incident), decision, current)
        if problems := dual_signature.sign_violations(facts, role, person.pk, seen == current):
            raise Refused(problems)
        sign_step(incident, decision, person, SignRole(role), actor, now)
    return decision


def withdraw(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """Withdraw a decision whose execution has not started, with a reason."""
    with incident_action("decision.withdraw", actor, incident_id, now, once=once) as incident:
        decision = incident.decisions.select_related("execution").get(number=number)
        execution = decision.execution
        reference, state = decision.reference, execution.state
        if problems := execution_rules.withdraw_violations(reference, state, reason):
            raise Refused(problems)
        execution.state, execution.ended_at = ExecutionState.WITHDRAWN, now
        execution.end_reason = clean_text(reason)
        execution.save(update_fields=["state", "ended_at", "end_reason"])
        record(
            incident,
            "decision.withdrawn",
            actor,
            now,
            subject=decision.reference,
            reason=execution.end_reason,
        )
        concerned = [execution.executor, execution.verifier, *_signers(incident, decision)]
        notify_step(
            incident,
            [person for person in concerned if person.pk != actor.id],
            "decision.withdrawn",
            f"{decision.reference} of {incident.reference} is withdrawn: do not execute it.",
            decision.get_absolute_url(),
            now,
            decision.reference,
        )
    return decision


def _signers(incident: Incident, decision: Decision) -> list[Person]:
    """Who has signed, and who was requested to."""
    if not decision.execution.dual:
        return []
    signed = [signature.person for signature in decision.signatures.select_related("person")]
    role_holders = [holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DATA_OWNER)]
    return [*signed, *(person for person in role_holders if person is not None)]
