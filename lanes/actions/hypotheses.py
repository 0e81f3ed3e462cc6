"""Hypotheses of the investigation: stated, then confirmed or ruled out by evidence."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action, next_number
from incidents.models.author import Authored
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from lanes.actions.citing import cited_evidence
from lanes.models import Hypothesis
from lanes.models.hypothesis import HypothesisState
from lanes.rules import hypothesis as rules

_LANE = LaneKind.INVESTIGATION.value


def state_hypothesis(
    actor: Actor,
    incident_id: int,
    *,
    text: str,
    reproduction: str = "",
    now: datetime,
    once: UUID | None = None,
) -> Hypothesis:
    """Say what may explain the incident (H-n), and how to see it when that is known."""
    with incident_action(
        "hypothesis.change", actor, incident_id, now, lane=_LANE, once=once
    ) as incident:
        cleaned, steps = clean_text(text), clean_text(reproduction)
        if problems := rules.state_violations(cleaned, steps):
            raise Refused(problems)
        row = Hypothesis.objects.create(
            incident=incident,
            number=next_number(incident.hypotheses.all()),
            lane=_LANE,
            text=cleaned,
            reproduction=steps,
            stated_at=now,
            **Authored.columns(actor),
        )
        record(
            incident,
            "hypothesis.stated",
            actor,
            now,
            lane=_LANE,
            subject=row.reference,
            text=row.text,
            reproduction=row.reproduction,
        )
    return row


def decide_hypothesis(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    verdict: str,
    evidence: Iterable[int],
    finding: str,
    now: datetime,
    once: UUID | None = None,
) -> Hypothesis:
    """Confirm it or rule it out by evidence (numbers), once; afterwards only a new one helps."""
    with incident_action(
        "hypothesis.change", actor, incident_id, now, lane=_LANE, once=once
    ) as incident:
        row = incident.hypotheses.get(number=number)
        rows, seen = cited_evidence(incident, evidence)
        cleaned = clean_text(finding)
        proposed = rules.ProposedVerdict(row.reference, _decided(row), verdict, seen, cleaned)
        if problems := rules.decide_violations(proposed):
            raise Refused(problems)
        row.state, row.decided_at, row.finding = HypothesisState(verdict), now, cleaned
        row.decided_by_id, row.decider_name = actor.id, actor.name
        row.save(update_fields=["state", "decided_at", "decided_by", "decider_name", "finding"])
        row.evidence.set(rows)
        record(
            incident,
            "hypothesis.decided",
            actor,
            now,
            lane=_LANE,
            subject=row.reference,
            text=row.text,
            state=HypothesisState(verdict).label.lower(),
            finding=row.finding,
            evidence=[item.reference for item in rows],
        )
    return row


def _decided(row: Hypothesis) -> str:
    if row.is_open:
        return ""
    return f"{HypothesisState(row.state).label.lower()} already, by {row.decider_name}"
