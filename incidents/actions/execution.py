"""Executing a decision: started, done with proof, verified or failed by a fresh run."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from incidents.actions.checkpoint_steps import schedule_step
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.safeguard_steps import is_dual_now, require_signature_step
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import own_of
from incidents.assessments.signatures import dual_facts
from incidents.facts.incident import read_facts
from incidents.models import Decision, Evidence, Execution, Incident, Person
from incidents.rules import dual_signature
from incidents.rules import execution as rules
from incidents.rules.decision.option import first_violations
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionState, Purpose, RoleName
from kernel.actor import Actor
from kernel.refusal import NotPermitted, Refused, Violation
from kernel.text import clean_text


def start(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> Decision:
    """The execution owner starts D-``number``."""
    with incident_action("decision.execute", actor, incident_id, now, once=once) as incident:
        decision = _decision(incident, number)
        _require_person(decision.execution.executor, actor, f"executes {decision.reference}")
        problems = rules.start_violations(execution_progress(decision))
        # A decision that waits for signatures is refused with the names of who is missing.
        if not problems or decision.execution.is_pending:
            problems = _waits_for(incident, decision, actor, now) or problems
        if problems:
            raise RefusedAfterCommit(problems)
        execution = decision.execution
        execution.state, execution.started_at = ExecutionState.STARTED, now
        execution.save(update_fields=["state", "started_at"])
        record(
            incident,
            "execution.started",
            actor,
            now,
            subject=decision.reference,
            option=decision.title,
        )
    return decision


def _waits_for(
    incident: Incident, decision: Decision, actor: Actor, now: datetime
) -> tuple[Violation, ...]:
    """The signatures that are missing now, and what comes first now, whatever was asked when it
    was decided."""
    if is_dual_now(incident):
        require_signature_step(incident, decision, actor, now)
    facts = read_facts(incident)
    return dual_signature.may_execute(dual_facts(facts, decision)) + first_violations(
        decision.option, own_of(decision), decision_assessment.prerequisites(facts)
    )


def finish(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    evidence: Collection[int],
    done_at: datetime | None = None,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """The execution owner marks D-``number`` as done; ``evidence`` (numbers) proves it.

    ``done_at`` is when it was done, where that is not now.
    """
    with incident_action("decision.execute", actor, incident_id, now, once=once) as incident:
        decision = _decision(incident, number)
        _require_person(decision.execution.executor, actor, f"executes {decision.reference}")
        proof = _items(incident, evidence)
        cited = [proof_facts(n, proof.get(n)) for n in sorted(set(evidence))]
        if problems := rules.finish_violations(execution_progress(decision), cited, done_at, now):
            raise Refused(problems)
        if is_dual_now(incident):
            require_signature_step(incident, decision, actor, now)
        execution = decision.execution
        # A typed time has no seconds, and a clock may run ahead: never before the start, never
        # after its entry.
        began = execution.started_at or decision.decided_at
        execution.state = ExecutionState.DONE
        execution.done_at = min(max(done_at, began), now) if done_at else now
        execution.done_noted_at = now if done_at else None
        execution.save(update_fields=["state", "done_at", "done_noted_at"])
        execution.proof.set(proof.values())
        typed: dict[str, Any] = {"done_at": execution.done_at.isoformat()} if done_at else {}
        record(
            incident,
            "execution.done",
            actor,
            now,
            subject=decision.reference,
            option=decision.title,
            evidence=[item.reference for item in proof.values()],
            **typed,
        )
        sentence = f"{decision.reference} of {incident.reference} is executed: verify it."
        _notify(decision, [decision.execution.verifier], actor, "execution.done", sentence, now)
    return decision


def judge(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    passed: bool | None,
    run: int | None,
    finding: str,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """The verification owner calls it verified or failed, by a run captured after it was done.

    When it failed, a checkpoint is scheduled within ten minutes, for a new decision.
    """
    with incident_action("decision.verify", actor, incident_id, now, once=once) as incident:
        decision = _decision(incident, number)
        _require_person(decision.execution.verifier, actor, f"verifies {decision.reference}")
        item = _items(incident, [run]).get(run) if run is not None else None
        cited = proof_facts(run, item) if run is not None else None
        problems = rules.judge_violations(execution_progress(decision), cited, passed, finding)
        if problems or item is None:
            raise Refused(problems)
        execution = decision.execution
        execution.state = ExecutionState.VERIFIED if passed else ExecutionState.FAILED
        execution.judged_at, execution.run, execution.finding = now, item, clean_text(finding)
        execution.save(update_fields=["state", "judged_at", "run", "finding"])
        record(
            incident,
            "verification.passed" if passed else "verification.failed",
            actor,
            now,
            subject=decision.reference,
            run=item.reference,
            baseline=item.baseline.reference if item.baseline else "",
            finding=execution.finding,
        )
        if passed:
            sentence = f"{decision.reference} of {incident.reference} is verified."
            _notify(decision, [_commander(incident)], actor, "verification.passed", sentence, now)
        else:
            _decide_again(incident, decision, actor, now)
    return decision


def _decide_again(incident: Incident, decision: Decision, actor: Actor, now: datetime) -> None:
    """Schedule a checkpoint within ten minutes, unless one is due by then, and notify people."""
    limit = now + rules.DECIDE_AGAIN_WITHIN
    if not incident.checkpoints.open().filter(due_at__gt=now, due_at__lte=limit).exists():
        purpose = f"Decide again: verification of {decision.reference} failed"
        schedule_step(incident, actor, limit, purpose, now)
    people = [_commander(incident), holder(incident, RoleName.DEPUTY), decision.execution.executor]
    sentence = f"Verification of {decision.reference} of {incident.reference} failed: decide again."
    _notify(decision, people, actor, "verification.failed", sentence, now)


def execution_progress(decision: Decision) -> rules.Progress:
    """A decision as input of the rules of execution."""
    execution = decision.execution
    return rules.Progress(
        reference=decision.reference,
        state=execution.state,
        decided_at=decision.decided_at,
        began_at=execution.started_at,
        done_at=execution.done_at,
        ended=_ended(execution),
    )


def _ended(execution: Execution) -> str:
    if execution.state == ExecutionState.SUPERSEDED and execution.superseded_by:
        return f"is superseded by {execution.superseded_by.reference}"
    return "is withdrawn" if execution.state == ExecutionState.WITHDRAWN else ""


def proof_facts(number: int, item: Evidence | None) -> rules.CitedProof:
    """Evidence as input of the rules; without a row it is of another incident."""
    if item is None:
        return rules.CitedProof(number, of_incident=False)
    return rules.CitedProof(
        number=number,
        has_content=item.has_content,
        captured_at=item.captured_at,
        started_at=item.started_at,
        is_run=item.purpose == Purpose.VERIFICATION,
        succeeded=item.succeeded,
    )


def _decision(incident: Incident, number: int) -> Decision:
    rows = incident.decisions.select_related(
        "execution__superseded_by",
        "execution__new_executor",
        "execution__new_verifier",
        "executor",
        "verifier",
        "checkpoint",
    )
    return rows.get(number=number)


def _items(incident: Incident, numbers: Iterable[int]) -> dict[int, Evidence]:
    rows = incident.evidence.filter(number__in=list(numbers)).select_related("baseline")
    return {item.number: item for item in rows.defer("text").order_by("number")}


def _require_person(person: Person, actor: Actor, does: str) -> None:
    if not actor.is_person or actor.id != person.pk:
        raise NotPermitted(f"Only {person} {does}.")


def _commander(incident: Incident) -> Person | None:
    return holder(incident, RoleName.COMMANDER)


def _notify(
    decision: Decision,
    people: Iterable[Person | None],
    actor: Actor,
    kind: str,
    sentence: str,
    now: datetime,
) -> None:
    recipients = [person for person in people if person is not None and person.pk != actor.id]
    href = decision.get_absolute_url()
    notify_step(decision.incident, recipients, kind, sentence, href, now, decision.reference)
