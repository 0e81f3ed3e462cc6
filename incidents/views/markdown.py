"""The playbook's templates as text to copy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from incidents.facts import incident as incident_facts
from incidents.facts.amendments import amendments_about
from incidents.models import Incident
from incidents.panels import markdown
from incidents.web.access import requires
from kernel import clock


@requires("room.view")
def snapshot(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The Incident Command Snapshot as it is now."""
    return _text(markdown.snapshot(incident_facts.cached_facts(incident), clock.now()))


@requires("room.view")
def record(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    """A Checkpoint Decision Record."""
    rows = incident.decisions.select_related(
        "execution", "executor", "verifier", "commander"
    ).prefetch_related("evidence", "rejected", "risks")
    row = get_object_or_404(rows, number=decision)
    corrections = amendments_about(incident, row.reference)
    facts = incident_facts.cached_facts(incident)
    return _text(markdown.decision_record(row, facts, corrections))


def _text(text: str) -> HttpResponse:
    # As plain text, so that a browser without script shows it instead of saving it.
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
