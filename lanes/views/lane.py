"""The lane's page. Script fetches the same address again to update its sections."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from incidents.assessments import anti_patterns, evidence_minimum, recommendations
from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Recommendation
from incidents.models.link_targets import learn_links
from incidents.panels.evidence_excerpts import excerpts
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from kernel import clock
from lanes.facts.lane_work import checks_of, hypotheses_of, unknowns_of
from lanes.facts.lanes import LaneFacts, lanes_of, notes_of
from lanes.forms import BoundaryForm, HypothesisForm, NoteForm, UnknownForm
from lanes.panels import page_context, page_parts

MAX_EVIDENCE_OPEN = 3
MAX_EVIDENCE_FOLDED = 12
MAX_NOTES = 10

_MAY = {
    "may_bound": "boundary.set",
    "may_ask": "unknown.change",
    "may_suppose": "hypothesis.change",
    "may_note": "note.add",
    "may_capture": "evidence.capture",
    "may_assign": "role.assign",
    "may_claim": "lane.claim",
    "may_branch": "branch.change",
    "may_publish": "message.publish",
}


@requires("lane.view")
def lane(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    return page(request, incident, lane)


def page(
    request: HttpRequest,
    incident: Incident,
    lane: str,
    boundary: BoundaryForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    lanes = lanes_of(incident)
    here = next(lane_facts for lane_facts in lanes if lane_facts.kind == lane)
    items = list(
        excerpts(incident.evidence.filter(lane=lane))[: MAX_EVIDENCE_OPEN + MAX_EVIDENCE_FOLDED]
    )
    facts = incident_facts.cached_facts(incident)
    notes = notes_of(incident, lane, MAX_NOTES)
    learn_links(
        incident, (text for note in notes for text in (note.data["text"], note.corrected or ""))
    )
    context: dict[str, Any] = {
        "incident": incident,
        "bar": bar(incident, now),
        "facts": facts,
        "lanes": lanes,
        "lane": here,
        "items": items[:MAX_EVIDENCE_OPEN],
        "earlier": items[MAX_EVIDENCE_OPEN:],
        "recommendations": _recommended(facts, here.kind),
        "contradiction": facts.contradiction,
        "patterns": [pattern for pattern in anti_patterns.of(facts, now) if pattern.concerns(lane)],
        "unknowns": unknowns_of(incident, lane),
        "notes": notes,
        "parts": page_parts(request.actor, request.who, incident, lane, now),
        **{name: may(action, request.who) for name, action in _MAY.items()},
        **_forms(request, incident, here, boundary),
        **_kind_context(facts, here.kind, now),
    }
    again = request.htmx and not request.htmx.history_restore_request
    template = "lanes/lane.html#sections" if again else "lanes/lane.html"
    return render(request, template, context, status=status)


def _recommended(facts: IncidentFacts, kind: LaneKind) -> list[Recommendation]:
    """The lane's own recommendations, and those to it that wait for its owner.

    Mitigation shows the open ones of all lanes as its options.
    """
    is_open = () if kind == LaneKind.MITIGATION else facts.open_recommendations
    return [row for row in (*is_open, *facts.proposed_recommendations) if row.lane == kind]


def _kind_context(facts: IncidentFacts, kind: LaneKind, now: datetime) -> dict[str, Any]:
    """Context that only this kind of lane has."""
    if kind == LaneKind.INVESTIGATION:
        needed = evidence_minimum.of(facts, now)
        return {"hypotheses": hypotheses_of(facts.incident), "minimum": needed}
    if kind == LaneKind.MITIGATION:
        return {"options": recommendations.summaries(facts)}
    if kind == LaneKind.VERIFICATION:
        return {"checks": checks_of(facts)}
    return page_context(kind, facts, now)


def _forms(
    request: HttpRequest, incident: Incident, here: LaneFacts, boundary: BoundaryForm | None
) -> dict[str, Any]:
    """The boundary form is created first, to get input saved before signing in again."""
    back = reverse("lane", args=[incident.pk, here.kind])
    return {
        "boundary_form": boundary or _boundary_form(request, here),
        "unknown_form": UnknownForm(request=request, auto_id="unknown_%s"),
        "hypothesis_form": HypothesisForm(request=request, auto_id="hypothesis_%s"),
        "note_form": NoteForm(
            request=request, auto_id="note_%s", initial={"lane": here.kind, "next": back}
        ),
    }


def _boundary_form(request: HttpRequest, facts: LaneFacts) -> BoundaryForm:
    initial = {
        "included": "\n".join(facts.boundary.included),
        "excluded": "\n".join(facts.boundary.excluded),
    }
    return BoundaryForm(request=request, initial=initial)
