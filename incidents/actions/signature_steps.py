"""Steps that sign a decision, or ask for signatures, inside the transaction of an action."""

from datetime import datetime

from incidents.actions.notices import notify_step
from incidents.assessments.signatures import dual_facts
from incidents.facts.incident import read_facts
from incidents.facts.signed_record import content_hash
from incidents.locking import check_locked
from incidents.models import Decision, Incident, Person, Signature
from incidents.rules import dual_signature
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionState, SignRole
from kernel.actor import Actor


def sign_step(
    incident: Incident,
    decision: Decision,
    person: Person,
    role: SignRole,
    actor: Actor,
    now: datetime,
) -> None:
    """Sign the current record; the second signature makes the decision executable.

    The caller has checked that the person may sign.
    """
    check_locked(incident)
    current = content_hash(decision)
    Signature.objects.create(
        decision=decision, role=role, person=person, content_hash=current, signed_at=now
    )
    facts = dual_facts(read_facts(incident), decision, current)
    missing = dual_signature.missing_signatures(facts)
    execution = decision.execution
    if facts.is_complete:
        execution.signed_at = now
        if execution.is_pending:
            execution.state = ExecutionState.DECIDED
        execution.save(update_fields=["signed_at", "state"])
    record(
        incident,
        "decision.signed",
        actor,
        now,
        subject=decision.reference,
        person=str(person),
        role=role.label,
        content_hash=current,
        missing=_missing_sentence(decision, missing),
    )
    _notify(incident, decision, missing, person, now)


def request_signatures_step(incident: Incident, decision: Decision, now: datetime) -> None:
    """Request both signatures of a decision whose author did not sign it by deciding."""
    check_locked(incident)
    _request_signatures(
        incident,
        decision,
        dual_signature.missing_signatures(dual_facts(read_facts(incident), decision)),
        now,
    )


def _request_signatures(
    incident: Incident,
    decision: Decision,
    missing: tuple[dual_signature.MissingSignature, ...],
    now: datetime,
) -> None:
    people = list(
        Person.objects.filter(
            pk__in=[signature.person for signature in missing if signature.person]
        )
    )
    sentence = f"Your signature is asked: {decision.reference} of {incident.reference}."
    href = decision.get_absolute_url()
    notify_step(incident, people, "decision.sign", sentence, href, now, decision.reference)


def _missing_sentence(
    decision: Decision, missing: tuple[dual_signature.MissingSignature, ...]
) -> str:
    if missing:
        return f"Still to sign: {listed(signature.sentence for signature in missing)}."
    return f"Both have signed: {decision.reference} can be executed."


def _notify(
    incident: Incident,
    decision: Decision,
    missing: tuple[dual_signature.MissingSignature, ...],
    signer: Person,
    now: datetime,
) -> None:
    """Notify whose signature is missing; when none is, the execution owner."""
    if missing:
        _request_signatures(incident, decision, missing, now)
    elif decision.execution.executor != signer:
        sentence = f"{decision.reference} of {incident.reference} is signed: execute it."
        href, about = decision.get_absolute_url(), decision.reference
        notify_step(
            incident, [decision.execution.executor], "decision.signed", sentence, href, now, about
        )
