"""Deciding at a checkpoint: the record, its refusal, and its effects."""

from datetime import datetime
from typing import Any
from uuid import UUID

from incidents.actions.checkpoint_steps import ended_violations, schedule_step
from incidents.actions.decision_steps import (
    DecisionInput,
    apply_effects_step,
    mask_input,
    request_or_sign_step,
    settle_step,
)
from incidents.actions.draft_steps import write_draft_step
from incidents.actions.notices import notify_step
from incidents.actions.replacement_steps import follow_record_step
from incidents.actions.risk_steps import add_risk_step
from incidents.actions.safeguard_steps import is_dual_now, require_signature_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import RefusedAfterCommit, incident_action, next_number
from incidents.assessments import decision as decision_assessment
from incidents.assessments.chosen_option import kind_of_row, own_data, own_of
from incidents.assessments.decision import offered, situation_of
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import (
    Checkpoint,
    Decision,
    DecisionDraft,
    Evidence,
    Incident,
    Person,
    RejectedOption,
    Risk,
)
from incidents.models.author import Authored
from incidents.rules import act as act_rules
from incidents.rules import decision as rules
from incidents.timeline.record import record
from incidents.timeline.replay import REPLACED
from incidents.vocabulary import Choice, Confidence, Option
from kernel.actor import Actor
from kernel.refusal import Violation

__all__ = ["DecisionInput", "decide", "unmet"]

type Violations = tuple[Violation, ...]


def decide(
    actor: Actor,
    incident_id: int,
    number: int,
    decision_input: DecisionInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """End checkpoint CP-``number`` with a decision.

    Effects, in order: new residual risks in the register, the decision with its rejected options,
    the checkpoint ended, the deadline as the next checkpoint, entries for each, notices to the two
    owners, the author's draft removed; then ``apply_effects_step``: an unfinished mitigation
    superseded, its own execution started or waiting for signatures, a contradiction resolved.
    Refused: the draft is saved, the refusal has an entry, and ``Refused`` carries every violation.
    """
    # Masking a long text takes time: it runs before the lock, so that nobody waits for it.
    decision_input = rules.settle(mask_input(decision_input))
    with incident_action("decision.decide", actor, incident_id, now, once=once) as incident:
        facts = read_facts(incident)
        checkpoint = incident.checkpoints.get(number=number)
        evidence = list(incident.evidence.filter(number__in=decision_input.cited))
        owed = next((d for d in facts.owed if d.checkpoint_id == checkpoint.pk), None)
        if owed is not None:
            facts = decision_assessment.without(facts, owed)
        problems, warnings = _judge(facts, decision_input, evidence, now)
        if owed is not None:
            problems, warnings = _judge_record(owed, decision_input, problems, warnings)
        problems = ended_violations(checkpoint) or problems
        if problems:
            write_draft_step(checkpoint, actor, dict(decision_input.raw), decision_input.stamp, now)
            _record_refusal(incident, checkpoint, actor, problems, now)
            raise RefusedAfterCommit(problems)
        before = _json_columns(owed) if owed is not None else {}
        decision = _store(facts, checkpoint, evidence, decision_input, actor, now, owed)
        replaced = {
            name: value for name, value in before.items() if _json_columns(decision)[name] != value
        }
        _record_decision(decision, evidence, decision_input, warnings, replaced, actor, now)
        _notify_owners(decision, actor, now)
        if owed is None:
            apply_effects_step(incident, facts, decision, decision_input, evidence, actor, now)
        else:
            follow_record_step(incident, decision, actor, now)
            if not act_rules.leaves_conflict(warnings):
                settle_step(incident, facts, decision, decision_input, evidence, actor, now)
            if is_dual_now(incident):
                require_signature_step(incident, decision, actor, now)
            dual = decision.execution.dual
            request_or_sign_step(decision, dual, actor, now)
        redirect_submission(once, incident.get_absolute_url())
    return decision


def unmet(
    incident: Incident, number: int, decision_input: DecisionInput, now: datetime
) -> Violations:
    """What would refuse this decision at CP-``number`` now; nothing is written."""
    decision_input = rules.settle(decision_input)
    facts = read_facts(incident)
    owed = next((d for d in facts.owed if d.checkpoint.number == number), None)
    if owed is not None:
        facts = decision_assessment.without(facts, owed)
    evidence = list(incident.evidence.filter(number__in=decision_input.cited).defer("text"))
    problems, warnings = _judge(facts, decision_input, evidence, now)
    if owed is not None:
        problems, _ = _judge_record(owed, decision_input, problems, warnings)
    return problems


def _judge(
    facts: IncidentFacts, decision_input: DecisionInput, evidence: list[Evidence], now: datetime
) -> tuple[Violations, Violations]:
    """The violations that refuse the decision, and the warnings that do not."""
    texts = [risk.text for risk in facts.open_risks if risk.number in decision_input.risks]
    if decision_input.risk_new.strip():
        texts.append(decision_input.risk_new.strip())
    proposal = decision_input.proposal(facts.incident, evidence, tuple(texts))
    situation = situation_of(facts, now, decision_input.scores)
    unread = {problem.field for problem in decision_input.shape}
    violations = rules.violations(proposal, situation)
    refused = decision_input.shape + tuple(v for v in violations if v.field not in unread)
    return refused, rules.warnings(proposal, situation)


def _judge_record(
    owed: Decision, decision_input: DecisionInput, problems: Violations, warnings: Violations
) -> tuple[Violations, Violations]:
    """The record of an act: what was done is a fact, and the rest follows the same rules."""
    executor = decision_input.executor
    same_executor = executor is not None and executor.pk == owed.execution.executor_id
    refused, facts = act_rules.split_facts(
        problems, decision_input.confidence, same_executor=same_executor
    )
    refused += act_rules.record_violations(
        owed.reference,
        owed.title,
        same_option=decision_input.kind == kind_of_row(owed),
        same_executor=same_executor,
    )
    return refused, warnings + facts


def _record_refusal(
    incident: Incident, checkpoint: Checkpoint, actor: Actor, problems: Violations, now: datetime
) -> None:
    codes = list(dict.fromkeys(problem.code or problem.field for problem in problems))
    record(
        incident,
        "decision.refused",
        actor,
        now,
        subject=checkpoint.reference,
        checkpoint=checkpoint.reference,
        count=f"{len(codes)} rule{'s' if len(codes) != 1 else ''}",
        codes=", ".join(codes),
    )


def _store(
    facts: IncidentFacts,
    checkpoint: Checkpoint,
    evidence: list[Evidence],
    decision_input: DecisionInput,
    actor: Actor,
    now: datetime,
    owed: Decision | None,
) -> Decision:
    """``owed`` is the decision whose record this completes; without it a new one is made."""
    incident = facts.incident
    # The rules have just required both.
    assert decision_input.deadline is not None
    assert facts.commander is not None
    risks = _risks(facts, decision_input, actor, now)
    checkpoint.decided_at = now
    checkpoint.save(update_fields=["decided_at"])
    number = owed.number if owed else next_number(incident.decisions.all())
    purpose = f"After D-{number}: {decision_input.next_action.strip()}"
    following = schedule_step(incident, actor, decision_input.deadline, purpose, now)
    columns = decision_input.columns() | {
        "severity": incident.severity,
        "commander": facts.commander,
        "next_checkpoint": following,
        **Authored.columns(actor),
    }
    if owed is not None:
        decision = _complete(incident, owed, columns, now)
    else:
        decision = Decision.objects.create(
            **columns,
            incident=incident,
            number=number,
            checkpoint=checkpoint,
            decided_at=now,
            reach=_reach(facts, decision_input),
        )
    decision.evidence.set(evidence)
    decision.risks.set(risks)
    RejectedOption.objects.bulk_create(
        RejectedOption(decision=decision, option=option, reason=reason.strip())
        for option, reason in decision_input.rejected.items()
        if option != decision_input.option and reason.strip()
    )
    RejectedOption.objects.bulk_create(
        RejectedOption(decision=decision, option=Option.OWN, name=other.name, reason=other.reason)
        for other in decision_input.alternatives
    )
    DecisionDraft.objects.filter(checkpoint=checkpoint, author_id=actor.id).delete()
    return decision


def _reach(facts: IncidentFacts, decision_input: DecisionInput) -> str:
    if decision_input.own is not None:
        return decision_input.own.reach
    return next(o.reach for o in offered(facts) if o.option == decision_input.option)


def _complete(
    incident: Incident, owed: Decision, columns: dict[str, Any], now: datetime
) -> Decision:
    """Fill in the record, once: what was done, by whom and when stays as it is."""
    written = {
        name: column for name, column in columns.items() if name not in _FIXED_BY_THE_ACT
    } | {"owed": False, "recorded_at": now}
    for name, column in written.items():
        setattr(owed, name, column)
    owed.incident = incident  # the locked one, in which the entries are written
    owed.save(update_fields=[*written])
    return owed


_FIXED_BY_THE_ACT = {
    *("option", "option_detail", "executor"),
    *("own_name", "own_reach_reason", "nearest_step"),
}


def _json_columns(decision: Decision) -> dict[str, Any]:
    """Its columns in JSON's types, by name."""
    columns = {
        column.attname: column.value_from_object(decision)
        for column in decision._meta.concrete_fields
    }
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in columns.items()
    }


def _risks(
    facts: IncidentFacts, decision_input: DecisionInput, actor: Actor, now: datetime
) -> list[Risk]:
    risks = [risk for risk in facts.open_risks if risk.number in decision_input.risks]
    if text := decision_input.risk_new.strip():
        owner = Person.objects.get(pk=actor.id)
        risks.append(add_risk_step(facts.incident, text, owner, actor, now))
    return risks


def _record_decision(
    decision: Decision,
    evidence: list[Evidence],
    decision_input: DecisionInput,
    warnings: Violations,
    replaced: dict[str, Any],
    actor: Actor,
    now: datetime,
) -> None:
    """``replaced`` are the columns of an owed record before it was completed, by name."""
    completed: dict[str, Any] = {REPLACED: replaced} if replaced else {}
    record(
        decision.incident,
        "decision.recorded" if decision.acted_first else "decision.made",
        actor,
        now,
        subject=decision.reference,
        checkpoint=decision.checkpoint.reference,
        choice=Choice(decision.choice).label,
        option=decision.title,
        confidence=Confidence(decision.confidence).label,
        scope=decision.scope,
        evidence=[cited.reference for cited in evidence],
        risks=[risk.reference for risk in decision.risks.all()],
        next_action=decision.next_action,
        deadline=decision.deadline.isoformat(),
        why_now=decision.why_now,
        own=own_data(own_of(decision)) if decision.option == Option.OWN else {},
        rejected=dict(decision_input.rejected),
        alternatives=[[other.name, other.reason] for other in decision_input.alternatives],
        reversibility=decision.reversibility,
        blast_radius=decision.blast_radius,
        verification=decision.verification,
        executor=str(decision.executor),
        verifier=str(decision.verifier),
        deviation=decision.deviation_reason,
        override=decision.override_reason,
        warnings=[warning.sentence for warning in warnings],
        **completed,
    )


def _notify_owners(decision: Decision, actor: Actor, now: datetime) -> None:
    incident = decision.incident
    owners = [p for p in (decision.executor, decision.verifier) if p.pk != actor.id]
    sentence = f"{decision.reference} of {incident.reference} names you: {decision.next_action}"
    notify_step(
        incident,
        owners,
        "decision.made",
        sentence[:300],
        decision.get_absolute_url(),
        now,
        decision.reference,
    )
