"""Rows of the record as parts of a brief: the facts of each, and its texts apart."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse

from incidents.assessments.control import control
from incidents.facts.incident import IncidentFacts as Facts
from incidents.models import Checkpoint, Decision, Evidence, Freeze, TimelineEntry
from incidents.models.author import Authored
from incidents.vocabulary import Severity
from lanes.facts.lanes import LaneFacts as Lane
from lanes.models import Hypothesis, Unknown
from machines.brief import schemas

MAX_TEXT_LENGTH = 600
"""Characters of one text in a brief; more is read where its link leads."""


def shortened(text: str) -> str:
    text = text.strip()
    return text if len(text) <= MAX_TEXT_LENGTH else text[: MAX_TEXT_LENGTH - 1].rstrip() + "…"


def link_to(name: str, *args: Any) -> str:
    return absolute(reverse(name, args=args))


def absolute(path: str) -> str:
    return settings.BASE_URL.rstrip("/") + path


def author_of(row: Authored) -> schemas.Contributor:
    return schemas.Contributor(kind=row.actor_kind, name=row.actor_name)


def incident_facts(facts: Facts, now: datetime) -> schemas.IncidentFacts:
    incident, under_control = facts.incident, control(facts)
    return schemas.IncidentFacts(
        reference=incident.reference,
        link=absolute(incident.get_absolute_url()),
        severity=str(Severity(incident.severity).label),
        phase=incident.phase,
        status=incident.status,
        is_restricted=incident.restricted,
        as_of=now,
        declared_at=incident.declared_at,
        last_entry=incident.last_seq,
        is_under_control=under_control.is_held,
        missing=list(under_control.missing),
        surfaces=[surface.slug for surface in facts.surfaces],
        commander=str(facts.commander or ""),
        deputy=str(facts.deputy or ""),
    )


def lane_facts(lane: Lane, number: int) -> schemas.LaneFacts:
    return schemas.LaneFacts(
        lane=lane.kind.value,
        link=link_to("lane", number, lane.kind.value),
        owner=str(lane.owner or ""),
        has_boundary=lane.has_boundary,
        open_unknowns=lane.unknowns,
        notes=lane.notes,
        evidence=lane.evidence,
        handoff=lane.handoff.reference if lane.handoff else "",
    )


def unknown_facts(row: Unknown) -> schemas.UnknownFacts:
    return schemas.UnknownFacts(
        reference=row.reference,
        link=absolute(row.get_absolute_url()),
        lane=row.lane,
        raised_at=row.raised_at,
        by=author_of(row),
    )


def hypothesis_facts(row: Hypothesis) -> schemas.HypothesisFacts:
    return schemas.HypothesisFacts(
        reference=row.reference,
        link=absolute(row.get_absolute_url()),
        state=row.state,
        stated_at=row.stated_at,
        by=author_of(row),
        decided_at=row.decided_at,
        decided_by=row.decider_name,
        evidence=[] if row.is_open else [item.reference for item in row.evidence.all()],
    )


def hypothesis_text(row: Hypothesis) -> schemas.HypothesisText:
    return schemas.HypothesisText(
        reference=row.reference,
        text=row.text,
        reproduction=shortened(row.reproduction),
        finding=shortened(row.finding),
    )


def note_facts(entry: TimelineEntry) -> schemas.NoteFacts:
    return schemas.NoteFacts(
        reference=f"#{entry.seq}",
        lane=entry.lane,
        at=entry.at,
        by=author_of(entry),
        is_corrected=bool(entry.corrected),  # type: ignore[attr-defined]
    )


def note_text(entry: TimelineEntry) -> schemas.WrittenText:
    """As it was corrected last."""
    text = entry.corrected or entry.data["text"]  # type: ignore[attr-defined]
    return schemas.WrittenText(reference=f"#{entry.seq}", text=shortened(text))


def evidence_facts(item: Evidence) -> schemas.EvidenceFacts:
    return schemas.EvidenceFacts(
        reference=item.reference,
        link=absolute(item.get_absolute_url()),
        kind=item.kind,
        purpose=item.purpose,
        is_claimed=item.is_claimed,
        lane=item.lane,
        exit_code=item.exit_code,
        captured_at=item.captured_at,
        by=author_of(item),
    )


def evidence_text(item: Evidence) -> schemas.EvidenceText:
    return schemas.EvidenceText(
        reference=item.reference, title=item.title, command=shortened(item.command)
    )


def decision_facts(row: Decision) -> schemas.DecisionFacts:
    execution = row.execution
    return schemas.DecisionFacts(
        reference=row.reference,
        link=absolute(row.get_absolute_url()),
        choice=row.choice,
        option=row.option,
        reach=row.reach,
        confidence=f"L{row.confidence}" if row.confidence else "",
        state=execution.state,
        is_running=execution.mitigates and execution.is_unfinished,
        is_record_owed=row.owed,
        executor=str(execution.executor),
        verifier=str(execution.verifier),
        decided_at=row.decided_at,
        started_at=execution.started_at,
        done_at=execution.done_at,
        judged_at=execution.judged_at,
        run=execution.run.reference if execution.run else "",
    )


def decision_text(row: Decision) -> schemas.DecisionText:
    return schemas.DecisionText(
        reference=row.reference,
        option=row.title,
        why_now=shortened(row.why_now),
        next_action=row.next_action,
        reversibility=shortened(row.reversibility),
        blast_radius=shortened(row.blast_radius),
        verification=shortened(row.verification),
    )


def checkpoint_facts(row: Checkpoint, now: datetime) -> schemas.CheckpointFacts:
    return schemas.CheckpointFacts(
        reference=row.reference,
        link=absolute(row.get_absolute_url()),
        due_at=row.due_at,
        is_overdue=row.is_overdue(now),
    )


def freezes_in_force(facts: Facts) -> list[Freeze]:
    return [row for row in facts.freezes if row.until is None and not row.declined]


def freeze_facts(rows: Iterable[Freeze], number: int) -> list[schemas.FreezeFacts]:
    link = link_to("freeze", number)
    return [
        schemas.FreezeFacts(surface=row.surface.slug, since=row.since, link=link) for row in rows
    ]


def freeze_text(row: Freeze) -> schemas.FreezeText:
    return schemas.FreezeText(surface=row.surface.slug, scope=row.scope, reason=row.reason)
