"""The lane's page. Script asks for the same page again to have what is new put into it."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from incidents.assessments import anti_patterns, evidence_minimum, recommendations
from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Recommendation
from incidents.panels.evidence_excerpts import excerpts
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from kernel import clock
from lanes.facts.lane_work import checks_of, hypotheses_of, unknowns_of
from lanes.facts.lanes import LaneFacts, lanes_of, notes_of
from lanes.forms import BoundaryForm, HypothesisForm, NoteForm, UnknownForm
from lanes.panels import holds_of

IN_FULL = 3
FOLDED = 12
NOTES = 10

_MAY = {
    "may_bound": "boundary.set",
    "may_ask": "unknown.change",
    "may_suppose": "hypothesis.change",
    "may_note": "note.add",
    "may_capture": "evidence.capture",
    "may_assign": "role.assign",
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
    here = next(facts for facts in lanes if facts.kind == lane)
    items = list(excerpts(incident.evidence.filter(lane=lane))[: IN_FULL + FOLDED])
    standing = incident_facts.of(incident)
    context: dict[str, Any] = {
        "incident": incident,
        "bar": bar(incident, now),
        "facts": standing,
        "lanes": lanes,
        "lane": here,
        "items": items[:IN_FULL],
        "earlier": items[IN_FULL:],
        "recommendations": _recommended(standing, here.kind),
        "contradiction": standing.contradiction,
        "patterns": [one for one in anti_patterns.of(standing, now) if one.concerns(lane)],
        "unknowns": unknowns_of(incident, lane),
        "notes": notes_of(incident, lane, NOTES),
        **{name: may(action, request.who) for name, action in _MAY.items()},
        **_forms(request, incident, here, boundary),
        **_of_kind(standing, here.kind, now),
    }
    again = request.htmx and not request.htmx.history_restore_request
    template = "lanes/lane.html#sections" if again else "lanes/lane.html"
    return render(request, template, context, status=status)


def _recommended(standing: IncidentFacts, kind: LaneKind) -> list[Recommendation]:
    """The lane's own; mitigation shows those of all lanes, as its options."""
    if kind == LaneKind.MITIGATION:
        return []
    return [one for one in standing.open_recommendations if one.lane == kind]


def _of_kind(standing: IncidentFacts, kind: LaneKind, now: datetime) -> dict[str, Any]:
    """What only this lane holds."""
    if kind == LaneKind.INVESTIGATION:
        needed = evidence_minimum.of(standing, now)
        return {"hypotheses": hypotheses_of(standing.incident), "minimum": needed}
    if kind == LaneKind.MITIGATION:
        return {"options": recommendations.shown(standing)}
    if kind == LaneKind.VERIFICATION:
        return {"checks": checks_of(standing)}
    return holds_of(kind, standing, now)


def _forms(
    request: HttpRequest, incident: Incident, here: LaneFacts, boundary: BoundaryForm | None
) -> dict[str, Any]:
    """The boundary's comes first: what was typed into it before signing in again is its own."""
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
