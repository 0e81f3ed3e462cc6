"""The two signatures under a decision on billing or ledger data, and taking a decision back."""

from datetime import datetime
from uuid import UUID

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action
from incidents.assessments.signatures import dual_facts
from incidents.facts.incident import read_facts
from incidents.facts.signed_record import content_hash
from incidents.locking import check_locked
from incidents.models import Decision, Incident, Person, Signature
from incidents.rules import dual_signature
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionState, RoleName, SignRole
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text, says_nothing


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


def sign_step(
    incident: Incident,
    decision: Decision,
    person: Person,
    role: SignRole,
    actor: Actor,
    now: datetime,
) -> None:
    """Put a signature under the record as it stands; the second one makes it executable.

    A step: the caller holds the incident, and has judged.
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
    """Ask for both signatures of a decision that nobody has signed by making it."""
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
    """Who is missing hears of it; when nobody is, the execution owner does."""
    if missing:
        _request_signatures(incident, decision, missing, now)
    elif decision.executor != signer:
        sentence = f"{decision.reference} of {incident.reference} is signed: execute it."
        href, about = decision.get_absolute_url(), decision.reference
        notify_step(incident, [decision.executor], "decision.signed", sentence, href, now, about)


def withdraw(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """Take back a decision that nobody has begun to execute, with a reason."""
    with incident_action("decision.withdraw", actor, incident_id, now, once=once) as incident:
        decision = incident.decisions.select_related("execution").get(number=number)
        execution = decision.execution
        if execution.state not in dual_signature.OPEN_TO_SIGN:
            state = ExecutionState(execution.state).label.lower()
            raise Refused.because(
                "X-STATE", f"{decision.reference} can no longer be withdrawn: {state}.", "reason"
            )
        if says_nothing(reason):
            raise Refused.because("X-REASON", "Say why it is withdrawn.", "reason")
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
        concerned = [decision.executor, decision.verifier, *_signers(incident, decision)]
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
    """Who has signed, and who was asked to."""
    if not decision.execution.dual:
        return []
    signed = [signature.person for signature in decision.signatures.select_related("person")]
    role_holders = [holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DATA_OWNER)]
    return [*signed, *(person for person in role_holders if person is not None)]
