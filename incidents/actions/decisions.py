"""Deciding at a checkpoint: the record, its refusal, and what follows from it."""

from datetime import datetime
from uuid import UUID

from incidents.actions import checkpoints, decision_effects
from incidents.actions.decision_input import DecisionInput, masked, settled
from incidents.actions.drafts import write_draft_step
from incidents.actions.notices import notify_step
from incidents.actions.risks import add_risk_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action, next_number
from incidents.assessments.decision import offered, proposal_of, situation_of
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
    Submission,
)
from incidents.models.author import Authored
from incidents.rules import decision as rules
from incidents.timeline.record import record
from incidents.vocabulary import Choice, Confidence, Option
from kernel.actor import Actor
from kernel.refusal import Refused, Violation

__all__ = ["DecisionInput", "decide"]


def decide(
    actor: Actor,
    incident_id: int,
    number: int,
    written: DecisionInput,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Decision:
    """End checkpoint CP-``number`` with a decision.

    Effects, in order: new residual risks into the register, the decision with its rejected
    options, the checkpoint ended, the deadline as the next checkpoint, entries for each, notices
    to the two owners, the author's draft removed; then ``consequences``: an unfinished mitigation
    superseded, its own execution begun or waiting for signatures, a contradiction resolved.
    Refused: the draft is saved, the refusal stands on the timeline, and ``Refused`` carries every
    violation.
    """
    decision: Decision | None = None
    # Masking a long text takes its time: before the lock, so that nobody waits for it.
    written = settled(masked(written))
    with incident_action("decision.decide", actor, incident_id, now, once=once) as incident:
        facts = read_facts(incident)
        checkpoint = incident.checkpoints.get(number=number)
        evidence = list(incident.evidence.filter(number__in=written.cited))
        problems, warned = _judge(facts, written, evidence, now)
        problems = _already_decided(checkpoint) or problems
        if problems:
            _record_refusal(incident, checkpoint, actor, written, problems, once, now)
        else:
            decision = _store(facts, checkpoint, evidence, written, actor, now)
            _record_decision(decision, evidence, written, warned, actor, now)
            _notify_owners(decision, actor, now)
            decision_effects.apply_effects_step(facts, decision, written, evidence, actor, now)
            redirect_submission(once, incident.get_absolute_url())
    # Raised after the commit: the refusal is recorded and must not be rolled back.
    if decision is None:
        raise Refused(problems)
    return decision


def _already_decided(checkpoint: Checkpoint) -> tuple[Violation, ...]:
    if checkpoint.is_open:
        return ()
    if checkpoint.lifted_at:
        words = f"{checkpoint.reference} was lifted at closing: decide at another one."
        return (Violation("K-DECIDED", words),)
    decision = Decision.objects.get(checkpoint=checkpoint)
    sentence = (
        f"{decision.actor_name} decided {checkpoint.reference} while you were writing: "
        f"{decision.reference}, {Option(decision.option).label}. Your text is kept as your draft."
    )
    return (Violation("K-DECIDED", sentence, href=decision.get_absolute_url()),)


def _judge(
    facts: IncidentFacts, written: DecisionInput, evidence: list[Evidence], now: datetime
) -> tuple[tuple[Violation, ...], tuple[Violation, ...]]:
    """What refuses the decision, and what is only to be seen."""
    texts = [risk.text for risk in facts.open_risks if risk.number in written.risks]
    if written.risk_new.strip():
        texts.append(written.risk_new.strip())
    unread = {problem.field for problem in written.shape}
    proposal, at = (
        proposal_of(written, evidence, tuple(texts)),
        situation_of(facts, now, written.scores),
    )
    found = rules.violations(proposal, at)
    refused = written.shape + tuple(one for one in found if one.field not in unread)
    return refused, rules.warnings(proposal, at)


def _record_refusal(
    incident: Incident,
    checkpoint: Checkpoint,
    actor: Actor,
    written: DecisionInput,
    problems: tuple[Violation, ...],
    once: UUID | None,
    now: datetime,
) -> None:
    # The same form is sent again once it is mended, under the same key.
    if once is not None:
        Submission.objects.filter(pk=once).delete()
    write_draft_step(actor, checkpoint, dict(written.raw), now)
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
    written: DecisionInput,
    actor: Actor,
    now: datetime,
) -> Decision:
    incident = facts.incident
    # What the rules have just required.
    assert written.deadline is not None
    assert written.executor is not None
    assert written.verifier is not None
    assert facts.commander is not None
    risks = _risks(facts, written, actor, now)
    checkpoint.decided_at = now
    checkpoint.save(update_fields=["decided_at"])
    number = next_number(incident.decisions.all())
    following = checkpoints.schedule_step(
        incident, actor, written.deadline, f"After D-{number}: {written.next_action.strip()}", now
    )
    decision = Decision.objects.create(
        incident=incident,
        number=number,
        checkpoint=checkpoint,
        decided_at=now,
        severity=incident.severity,
        commander=facts.commander,
        scope=written.scope.strip(),
        next_action=written.next_action.strip(),
        deadline=written.deadline,
        next_checkpoint=following,
        choice=written.choice,
        option=written.option,
        option_detail=written.option_detail.strip(),
        reach=next(o.reach for o in offered(facts) if o.option == written.option),
        why_now=written.why_now.strip(),
        reversibility=written.reversibility.strip(),
        blast_radius=written.blast_radius.strip(),
        verification=written.verification.strip(),
        confidence=written.confidence,
        executor=written.executor,
        verifier=written.verifier,
        deviation_reason=written.deviation_reason.strip(),
        override_reason=written.override_reason.strip(),
        **Authored.columns(actor),
    )
    decision.evidence.set(evidence)
    decision.risks.set(risks)
    RejectedOption.objects.bulk_create(
        RejectedOption(decision=decision, option=option, reason=reason.strip())
        for option, reason in written.rejected.items()
        if option != written.option and reason.strip()
    )
    DecisionDraft.objects.filter(checkpoint=checkpoint, author_id=actor.id).delete()
    return decision


def _risks(facts: IncidentFacts, written: DecisionInput, actor: Actor, now: datetime) -> list[Risk]:
    risks = [risk for risk in facts.open_risks if risk.number in written.risks]
    if text := written.risk_new.strip():
        owner = Person.objects.get(pk=actor.id)
        risk = add_risk_step(facts.incident, text, owner, actor, now)
        risks.append(risk)
    return risks


def _record_decision(
    decision: Decision,
    evidence: list[Evidence],
    written: DecisionInput,
    warned: tuple[Violation, ...],
    actor: Actor,
    now: datetime,
) -> None:
    record(
        decision.incident,
        "decision.made",
        actor,
        now,
        subject=decision.reference,
        checkpoint=decision.checkpoint.reference,
        choice=Choice(decision.choice).label,
        option=decision.title,
        confidence=Confidence(decision.confidence).label,
        scope=decision.scope,
        evidence=[item.reference for item in evidence],
        risks=[risk.reference for risk in decision.risks.all()],
        next_action=decision.next_action,
        deadline=decision.deadline.isoformat(),
        why_now=decision.why_now,
        rejected=dict(written.rejected),
        reversibility=decision.reversibility,
        blast_radius=decision.blast_radius,
        verification=decision.verification,
        executor=str(decision.executor),
        verifier=str(decision.verifier),
        deviation=decision.deviation_reason,
        override=decision.override_reason,
        warnings=[warning.sentence for warning in warned],
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
