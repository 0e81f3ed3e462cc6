"""The playbook's templates as text to copy."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from incidents import facts, markdown
from incidents.doors import door
from incidents.models import Incident
from warroom.kernel import clock


@door("room.view")
def snapshot(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The Incident Command Snapshot as it is now."""
    return _text(markdown.snapshot(facts.of(incident), clock.now()))


@door("room.view")
def record(request: HttpRequest, incident: Incident, decision: int) -> HttpResponse:
    """A Checkpoint Decision Record."""
    rows = incident.decisions.select_related(
        "execution", "executor", "verifier", "commander"
    ).prefetch_related("evidence", "rejected", "risks")
    made = get_object_or_404(rows, number=decision)
    return _text(markdown.decision_record(made, facts.of(incident)))


def _text(text: str) -> HttpResponse:
    # As plain text, so that a browser without script shows it instead of saving it.
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response
