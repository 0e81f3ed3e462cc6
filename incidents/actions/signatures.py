"""The two signatures under a decision on billing or ledger data, and taking a decision back."""

from datetime import datetime
from uuid import UUID

from incidents.actions.act import act, notify, said
from incidents.content import content_hash
from incidents.facts import standing
from incidents.models import Decision, Incident, Person, Signature
from incidents.rules import dual
from incidents.rules.wording import listed
from incidents.signing import dual_facts
from incidents.timeline.record import check_locked, record
from incidents.vocabulary import ExecutionState, SignRole
from warroom.kernel.actor import Actor
from warroom.kernel.refusal import Refused
from warroom.kernel.text import says_nothing


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
    with act("decision.sign", actor, incident_id, now, once=once) as incident:
        decision = incident.decisions.select_related("execution", "checkpoint").get(number=number)
        person = Person.objects.get(pk=actor.id)
        current = content_hash(decision)
        facts = dual_facts(standing(incident), decision, current)
        if problems := dual.sign_violations(facts, role, person.pk, seen == current):
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
    facts = dual_facts(standing(incident), decision, current)
    waiting = dual.missing(facts)
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
        missing=_standing_of(decision, waiting),
    )
    _tell(incident, decision, waiting, person, now)


def _standing_of(decision: Decision, waiting: tuple[dual.Missing, ...]) -> str:
    if waiting:
        return f"Still to sign: {listed(one.sentence for one in waiting)}."
    return f"Both have signed: {decision.reference} can be executed."


def _tell(
    incident: Incident,
    decision: Decision,
    waiting: tuple[dual.Missing, ...],
    signer: Person,
    now: datetime,
) -> None:
    """Who is missing hears of it; when nobody is, the execution owner does."""
    if waiting:
        people = list(Person.objects.filter(pk__in=[one.person for one in waiting if one.person]))
        sentence = f"Your signature is asked: {decision.reference} of {incident.reference}."
        kind = "decision.sign"
    else:
        people = [decision.executor] if decision.executor != signer else []
        sentence = f"{decision.reference} of {incident.reference} is signed: execute it."
        kind = "decision.signed"
    notify(incident, people, kind, sentence, decision.get_absolute_url(), now, decision.reference)


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
    with act("decision.withdraw", actor, incident_id, now, once=once) as incident:
        decision = incident.decisions.select_related("execution").get(number=number)
        execution = decision.execution
        if execution.state not in dual.OPEN_TO_SIGN:
            state = ExecutionState(execution.state).label.lower()
            raise Refused.because(
                "X-STATE", f"{decision.reference} can no longer be withdrawn: {state}.", "reason"
            )
        if says_nothing(reason):
            raise Refused.because("X-REASON", "Say why it is withdrawn.", "reason")
        execution.state, execution.ended_at = ExecutionState.WITHDRAWN, now
        execution.end_reason = said(reason)
        execution.save(update_fields=["state", "ended_at", "end_reason"])
        record(
            incident,
            "decision.withdrawn",
            actor,
            now,
            subject=decision.reference,
            reason=execution.end_reason,
        )
        notify(
            incident,
            [p for p in (decision.executor, decision.verifier) if p.pk != actor.id],
            "decision.withdrawn",
            f"{decision.reference} of {incident.reference} is withdrawn: do not execute it.",
            decision.get_absolute_url(),
            now,
            decision.reference,
        )
    return decision
