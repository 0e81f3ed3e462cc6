"""The briefs, from the record: few queries, and a window on each list."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from incidents.facts import incident as incident_facts
from incidents.facts.amendments import with_correction
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Evidence, Freeze, Incident, TimelineEntry
from incidents.vocabulary import Status
from lanes.facts.lane_work import hypotheses_of
from lanes.facts.lanes import NOTE, LaneFacts, lanes_of
from lanes.models import Handoff, Hypothesis, Unknown
from lanes.models.handoff import HandoffState
from machines.brief import questions, rows, schemas
from retros.models import Statement

MAX_NOTES = 8
MAX_EVIDENCE = 12
MAX_UNKNOWNS = 20
MAX_DECISIONS = 4
MAX_HYPOTHESES = 20


def lane_brief(incident: Incident, lane: str, now: datetime) -> schemas.LaneBrief:
    """What who works in this lane has to know."""
    facts, lanes = incident_facts.cached_facts(incident), lanes_of(incident)
    here = next(one for one in lanes if one.kind == lane)
    record = _Record(facts, lane)
    return schemas.LaneBrief(
        **record.parts(now),
        lane=rows.lane_facts(here, incident.pk),
        open_questions=questions.of_lane(facts, here, record.hypotheses),
        untrusted=record.texts([here]),
    )


def incident_brief(incident: Incident, now: datetime) -> schemas.IncidentBrief:
    """What who works in any lane of it has to know."""
    facts, lanes = incident_facts.cached_facts(incident), lanes_of(incident)
    record = _Record(facts)
    return schemas.IncidentBrief(
        **record.parts(now),
        lanes=[rows.lane_facts(one, incident.pk) for one in lanes],
        open_questions=questions.of_incident(facts, now),
        untrusted=record.texts(lanes),
    )


class _Record:
    """The rows of a brief, of one lane or ("") of all: seven queries beside the facts."""

    def __init__(self, facts: IncidentFacts, lane: str = "") -> None:
        self.facts = facts
        incident = facts.incident
        of_lane = Q(lane=lane) if lane else Q()
        notes = TimelineEntry.objects.filter(of_lane, incident=incident, kind=NOTE)
        unknowns = Unknown.objects.open().filter(of_lane, incident=incident)
        evidence = incident.evidence.filter(of_lane).select_related("confirmation__by")
        self.notes = list(with_correction(notes).order_by("-seq")[:MAX_NOTES])
        self.unknowns = list(unknowns.order_by("-number")[:MAX_UNKNOWNS])
        self.evidence: list[Evidence] = list(
            evidence.defer("text").order_by("-number")[:MAX_EVIDENCE]
        )
        self.hypotheses = _newest_hypotheses(incident)
        self.decisions = _running_and_last(facts.decisions)
        self.freezes: list[Freeze] = rows.freezes_in_force(facts)
        self.triggers = list(_rollback_triggers(incident, lane))

    def parts(self, now: datetime) -> dict[str, Any]:
        """The facts that both briefs have, by their names in the schema."""
        facts, checkpoint = self.facts, self.facts.next_checkpoint
        return {
            "incident": rows.incident_facts(facts, now),
            "decisions": [rows.decision_facts(row) for row in self.decisions],
            "freezes": rows.freeze_facts(self.freezes, facts.incident.pk),
            "next_checkpoint": rows.checkpoint_facts(checkpoint, now) if checkpoint else None,
            "unknowns": [rows.unknown_facts(row) for row in self.unknowns],
            "notes": [rows.note_facts(entry) for entry in self.notes],
            "evidence": [rows.evidence_facts(item) for item in self.evidence],
            "hypotheses": [rows.hypothesis_facts(row) for row in self.hypotheses],
        }

    def texts(self, lanes: Iterable[LaneFacts]) -> schemas.Untrusted:
        facts = self.facts
        return schemas.Untrusted(
            title=facts.incident.title,
            known=rows.shortened(facts.incident.known),
            surfaces={surface.slug: surface.name for surface in facts.surfaces},
            boundaries=[
                schemas.BoundaryText(
                    lane=lane.kind.value,
                    included=list(lane.boundary.included),
                    excluded=list(lane.boundary.excluded),
                )
                for lane in lanes
            ],
            unknowns=[
                schemas.WrittenText(reference=row.reference, text=row.text) for row in self.unknowns
            ],
            hypotheses=[rows.hypothesis_text(row) for row in self.hypotheses],
            notes=[rows.note_text(entry) for entry in self.notes],
            evidence=[rows.evidence_text(item) for item in self.evidence],
            decisions=[rows.decision_text(row) for row in self.decisions],
            rollback_triggers=self.triggers,
            freezes=[rows.freeze_text(row) for row in self.freezes],
            checkpoint=facts.next_checkpoint.purpose if facts.next_checkpoint else "",
        )


def _newest_hypotheses(incident: Incident) -> list[Hypothesis]:
    """The open ones first, then those decided last."""
    found = hypotheses_of(incident)
    return [*found.open.rows, *found.decided.rows][:MAX_HYPOTHESES]


def _running_and_last(decisions: Sequence[Decision]) -> list[Decision]:
    """What is being done, and the newest decision whatever became of it; the newest first."""
    last = decisions[-1:]
    running = [row for row in decisions if row.execution.is_unfinished]
    chosen = {row.pk: row for row in (*running, *last)}
    return sorted(chosen.values(), key=lambda row: -row.number)[:MAX_DECISIONS]


def _rollback_triggers(incident: Incident, lane: str) -> Iterable[schemas.WrittenText]:
    """Of the newest handoff of the lane or of command that was accepted; of the watch while it
    lasts."""
    of_lane = Q(lane="") | Q(lane=lane) if lane else Q()
    accepted = Handoff.objects.filter(of_lane, incident=incident, state=HandoffState.ACCEPTED)
    newest = accepted.order_by("-answered_at").only("number", "trigger").first()
    if newest is not None:
        yield schemas.WrittenText(reference=newest.reference, text=rows.shortened(newest.trigger))
    if incident.status == Status.WATCHING:
        statement = Statement.objects.filter(pk=incident.pk).only("trigger").first()
        if statement is not None and statement.trigger:
            text = rows.shortened(statement.trigger)
            yield schemas.WrittenText(reference="closing statement", text=text)
