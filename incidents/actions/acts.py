"""Acting first: what is done before its record, which is owed soon after (product, "Act first")."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.conf import settings

from incidents.actions.checkpoint_steps import schedule_step
from incidents.actions.decision_steps import clean_own, supersede_step
from incidents.actions.notices import notify_step
from incidents.actions.ownership import can_answer
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action, next_number
from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import own_columns, own_data
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Decision, Evidence, Execution, Incident, Person
from incidents.models.author import Authored
from incidents.rules import act as rules
from incidents.rules.decision import Proposal, choice_for, mitigates
from incidents.rules.decision.option import (
    beside_reason_of,
    conflict,
    prerequisites_first,
    single_mitigation,
)
from incidents.rules.decision.own_option import OwnOption, own_violations
from incidents.timeline.record import record
from incidents.vocabulary import Confidence, ExecutionState, LaneKind, Option, RoleName
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text

MAX_WHAT_LENGTH = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class ActInput:
    """One line: ``what``, the option and who. ``began_at`` is None for what begins now.

    ``evidence`` are the numbers of the proof; without ``done_at`` it is not done yet.
    """

    what: str
    option: str
    executor: Person | None
    began_at: datetime | None = None
    done_at: datetime | None = None
    evidence: Collection[int] = ()
    supersede_reason: str = ""
    beside_reason: str = ""
    own: OwnOption | None = None


def act_first(
    actor: Actor,
    incident_id: int,
    act_input: ActInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """Record what is done, or was done, before anybody wrote why. Its record is owed.

    The decision exists from now on with the act's own times; a checkpoint is scheduled at which the
    record is due. What has happened is never refused for what should have been decided.
    """
    act_input = replace(act_input, own=clean_own(act_input.own))
    with incident_action("decision.act", actor, incident_id, now, once=once) as incident:
        facts = read_facts(incident)
        proof = list(
            incident.evidence.filter(number__in=act_input.evidence).defer("text").order_by("number")
        )
        if problems := _violations(facts, act_input, proof, actor, now):
            raise Refused(problems)
        decision = _store(facts, act_input, actor, now)
        beside = beside_reason_of(_proposal(act_input))
        if mitigates(decision.option) and not beside:
            supersede_step(facts, decision, act_input.supersede_reason, actor, now)
        _begin(facts, decision, act_input, beside, proof)
        _record(decision, act_input, proof, actor, now)
        _notify(facts, decision, actor, now)
        redirect_submission(once, incident.get_absolute_url())
    return decision


def _violations(
    facts: IncidentFacts,
    act_input: ActInput,
    proof: list[Evidence],
    actor: Actor,
    now: datetime,
) -> tuple[Violation, ...]:
    situation = decision_assessment.situation_of(facts, now)
    act = rules.Act(
        what=act_input.what,
        offer=situation.offer(act_input.option, act_input.own),
        executor=decision_assessment.candidate(act_input.executor, facts.incident),
        began_at=act_input.began_at,
        done_at=act_input.done_at,
        is_own=act_input.option == Option.OWN,
        has_proof=any(item.has_content for item in proof),
    )
    is_commander = facts.commander is not None and facts.commander.pk == actor.id
    problems = rules.act_violations(act, now, is_commander=is_commander)
    if act_input.option == Option.OWN:
        problems = own_violations(act_input.own) + problems
    proposal = _proposal(act_input)
    problems += single_mitigation(proposal, situation)
    if not act.is_fact:
        problems += conflict(proposal, situation) + prerequisites_first(proposal, situation)
    return problems


def _proposal(act_input: ActInput) -> Proposal:
    """The act as far as the rules of a decision judge it."""
    return Proposal(
        option=act_input.option,
        own=act_input.own,
        supersede_reason=act_input.supersede_reason,
        beside_reason=act_input.beside_reason,
    )


def _store(facts: IncidentFacts, act_input: ActInput, actor: Actor, now: datetime) -> Decision:
    incident, executor = facts.incident, act_input.executor
    assert executor is not None  # required by the rules
    number = next_number(incident.decisions.all())
    due_at = now + settings.RECORD_OWED_WITHIN
    checkpoint = schedule_step(incident, actor, due_at, f"Complete the record of D-{number}", now)
    what = clean_text(act_input.what, MAX_WHAT_LENGTH)
    return Decision.objects.create(
        incident=incident,
        number=number,
        checkpoint=checkpoint,
        next_checkpoint=checkpoint,
        decided_at=now,
        deadline=due_at,
        severity=incident.severity,
        commander=facts.commander or Person.objects.get(pk=actor.id),
        next_action=what,
        why_now=what,
        choice=choice_for(act_input.option, act_input.own),
        option=act_input.option,
        reach=act_input.own.reach
        if act_input.own
        else next(
            o.reach for o in decision_assessment.offered(facts) if o.option == act_input.option
        ),
        **own_columns(act_input.option, act_input.own),
        confidence=Confidence.L1,
        executor=executor,
        verifier=_likely_verifier(facts, executor),
        acted_first=True,
        owed=True,
        **Authored.columns(actor),
    )


def _likely_verifier(facts: IncidentFacts, executor: Person) -> Person:
    """Who most likely verifies, until the record says so: somebody else than who acted."""
    candidates = (
        facts.holder(RoleName.LANE_OWNER, LaneKind.VERIFICATION),
        facts.deputy,
        facts.commander,
    )
    return next((p for p in candidates if p is not None and p != executor), executor)


def _begin(
    facts: IncidentFacts,
    decision: Decision,
    act_input: ActInput,
    beside_reason: str,
    proof: list[Evidence],
) -> None:
    """Its progress: begun when it began, done when it was done."""
    done_at = act_input.done_at
    execution = Execution.objects.create(
        decision=decision,
        incident=decision.incident,
        state=ExecutionState.DONE if done_at else ExecutionState.STARTED,
        mitigates=mitigates(decision.option),
        dual=decision_assessment.is_dual(facts),
        acted_first=True,
        beside_reason=clean_text(beside_reason) if facts.mitigations else "",
        started_at=act_input.began_at or decision.decided_at,
        done_at=done_at,
    )
    if done_at:
        execution.proof.set(proof)


def _record(
    decision: Decision, act_input: ActInput, proof: list[Evidence], actor: Actor, now: datetime
) -> None:
    began_at = act_input.began_at or now
    when = "done already" if act_input.done_at else "begun already" if act_input.began_at else "now"
    record(
        decision.incident,
        "decision.acted",
        actor,
        now,
        subject=decision.reference,
        option=decision.title,
        own=own_data(act_input.own),
        what=decision.next_action,
        executor=str(decision.executor),
        when=when,
        began_at=began_at.isoformat(),
        done_at=act_input.done_at.isoformat() if act_input.done_at else "",
        undecided=decision.is_undecided,
        evidence=[item.reference for item in proof],
        checkpoint=decision.checkpoint.reference,
    )


def _notify(facts: IncidentFacts, decision: Decision, actor: Actor, now: datetime) -> None:
    """The commander owes the record; who executes and who verifies hear of it."""
    incident: Incident = facts.incident
    named = [facts.commander, decision.executor, decision.verifier]
    # Who did it already is a fact, also where they may not know of the incident.
    people = [person for person in named if person and can_answer(incident, person)]
    sentence = (
        f"{decision.reference} of {incident.reference}: {decision.title} comes before its record,"
        f" which is owed at {decision.checkpoint.reference}."
    )
    notify_step(
        incident,
        [person for person in people if person.pk != actor.id],
        "decision.acted",
        sentence[:300],
        decision.get_absolute_url(),
        now,
        decision.reference,
    )
