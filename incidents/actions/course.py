"""Ending a checkpoint without a new record: the decision stands, or the checkpoint is moved."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from incidents.actions.checkpoint_steps import ended_violations, schedule_step
from incidents.actions.safeguard_steps import require_signatures_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Checkpoint, Decision, DecisionDraft, Evidence, KeptCourse
from incidents.models.author import Authored
from incidents.rules import act as act_rules
from incidents.rules import checkpoint as rules
from incidents.timeline.record import record
from incidents.vocabulary import ExecutionState
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from kernel.text import clean_text

MAX_LOOKED_AT_LENGTH = 300
MAX_REASON_LENGTH = 300

_ENDED = {
    ExecutionState.WITHDRAWN: "is withdrawn",
    ExecutionState.SUPERSEDED: "is superseded",
}


def keep_course(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    looked_at: str,
    evidence: Collection[int],
    next_due: datetime | None,
    confidence: str = "",
    now: datetime,
    once: UUID | None = None,
) -> KeptCourse:
    """End CP-``number`` in one line: the last decision stands; commit to the next checkpoint.

    ``evidence`` are the numbers of what was looked at; one has to be newer than the decision.
    ``confidence`` is how sure the commander is now; "" as they were.
    """
    with incident_action("decision.decide", actor, incident_id, now, once=once) as incident:
        facts = read_facts(incident)
        checkpoint = incident.checkpoints.get(number=number)
        decision = facts.current_decision
        cited = list(incident.evidence.filter(number__in=evidence).defer("text"))
        problems = (
            ended_violations(checkpoint)
            or _owed_violations(facts, checkpoint)
            or rules.course_violations(course_of(facts), confidence)
        )
        if decision is not None:
            looked = [
                rules.LookedAt(e.reference, e.captured_at > decision.decided_at, e.has_content)
                for e in cited
            ]
            problems += rules.looked_violations(looked_at, looked, decision.reference)
        problems += rules.schedule_violations(next_due, now, incident.severity, "next_due")
        if problems:
            raise Refused(problems)
        require_signatures_step(incident, actor, now)
        # Both are required by the rules above.
        assert decision is not None
        assert next_due is not None
        _end_step(checkpoint, now)
        following = schedule_step(incident, actor, next_due, f"After {decision.reference}", now)
        kept = KeptCourse.objects.create(
            incident=incident,
            checkpoint=checkpoint,
            decision=decision,
            at=now,
            looked_at=clean_text(looked_at, MAX_LOOKED_AT_LENGTH),
            next_checkpoint=following,
            **Authored.columns(actor),
        )
        kept.evidence.set(cited)
        record(
            incident,
            "course.kept",
            actor,
            now,
            subject=checkpoint.reference,
            decision=decision.reference,
            option=decision.title,
            looked_at=kept.looked_at,
            confidence=confidence or decision.confidence,
            evidence=[item.reference for item in cited],
            next=following.reference,
        )
        redirect_submission(once, incident.get_absolute_url())
    return kept


def move(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    due_at: datetime | None,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Checkpoint:
    """Put a checkpoint off, or bring it forward: it ends, and a new one has its purpose."""
    with incident_action("checkpoint.schedule", actor, incident_id, now, once=once) as incident:
        checkpoint = incident.checkpoints.get(number=number)
        problems = rules.lift_violations(
            checkpoint.reference, reason, is_open=checkpoint.is_open, others_open=0, is_moved=True
        )
        problems += rules.schedule_violations(due_at, now, incident.severity)
        problems += _owed_violations(read_facts(incident), checkpoint)
        if problems:
            raise Refused(problems)
        assert due_at is not None
        _lift_step(checkpoint, reason, now)
        following = schedule_step(incident, actor, due_at, checkpoint.purpose, now)
        record(
            incident,
            "checkpoint.moved",
            actor,
            now,
            subject=checkpoint.reference,
            to=following.reference,
            reason=checkpoint.lift_reason,
        )
    return following


def cancel(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Checkpoint:
    """Give a checkpoint up with a reason, while another one is ahead."""
    with incident_action("checkpoint.schedule", actor, incident_id, now, once=once) as incident:
        checkpoint = incident.checkpoints.get(number=number)
        others = incident.checkpoints.open().exclude(pk=checkpoint.pk).count()
        problems = rules.lift_violations(
            checkpoint.reference,
            reason,
            is_open=checkpoint.is_open,
            others_open=others,
            is_moved=False,
        )
        problems += _owed_violations(read_facts(incident), checkpoint)
        if problems:
            raise Refused(problems)
        _lift_step(checkpoint, reason, now)
        record(
            incident,
            "checkpoint.cancelled",
            actor,
            now,
            subject=checkpoint.reference,
            reason=checkpoint.lift_reason,
        )
    return checkpoint


def _owed_violations(facts: IncidentFacts, checkpoint: Checkpoint) -> tuple[Violation, ...]:
    """At this checkpoint the record of an act is owed: it ends with that record alone."""
    owed = next((d for d in facts.owed if d.checkpoint_id == checkpoint.pk), None)
    return act_rules.owed_violations(owed.reference) if owed else ()


def course_of(facts: IncidentFacts) -> rules.Course:
    """Whether the last decision can be kept, as input of the rules."""
    decision = facts.current_decision
    if decision is None:
        return rules.Course("")
    before = next((d for d in reversed(facts.decisions[:-1]) if _counts(d)), None)
    compared = before is not None and _counts(decision)
    return rules.Course(
        confidence="" if decision.owed else decision.confidence,
        decision_before=before.reference if before and compared else "",
        confidence_before=before.confidence if before and compared else "",
        decision=decision.reference,
        ended=_ENDED.get(ExecutionState(decision.execution.state), ""),
        failed=facts.failed.reference if facts.failed else "",
        contradiction=facts.contradiction.reference if facts.contradiction else "",
    )


def _counts(decision: Decision) -> bool:
    """Its confidence is one that somebody stated, and it was not taken back."""
    return not decision.owed and decision.execution.state != ExecutionState.WITHDRAWN


def newer_evidence(facts: IncidentFacts, limit: int) -> list[Evidence]:
    """The newest evidence since the last decision, newest first: what could be looked at."""
    decision = facts.current_decision
    if decision is None:
        return []
    rows = facts.incident.evidence.filter(captured_at__gt=decision.decided_at)
    return list(rows.defer("text").order_by("-number")[:limit])


def _end_step(checkpoint: Checkpoint, now: datetime) -> None:
    checkpoint.decided_at = now
    checkpoint.save(update_fields=["decided_at"])
    DecisionDraft.objects.filter(checkpoint=checkpoint).delete()


def _lift_step(checkpoint: Checkpoint, reason: str, now: datetime) -> None:
    checkpoint.lifted_at = now
    checkpoint.lift_reason = clean_text(reason, MAX_REASON_LENGTH)
    checkpoint.save(update_fields=["lifted_at", "lift_reason"])
