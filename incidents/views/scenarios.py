"""The scenario of an incident, and the evidence that its minimum asks for."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from incidents.actions import scenarios as actions
from incidents.assessments.evidence_minimum import required_for
from incidents.facts import incident as incident_facts
from incidents.forms.scenarios import ScenarioForm, ServeForm
from incidents.models import Evidence, Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock


@requires("scenario.set")
def scenario(request: HttpRequest, incident: Incident) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        actions.set_scenario(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        )
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        current = incident_facts.cached_facts(incident).scenario
        about = f"Now it is “{current.title}”." if current else "None is adopted yet."
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "back": incident.get_absolute_url(),
            "title": "Adopt a scenario",
            "button": "Adopt it",
            "about": f"{about} What the new one asks for counts at once.",
        }

    return submit(
        request, "incidents/short.html", ScenarioForm, do, context=context, now=incident.scenario
    )


@requires("evidence.serve")
def serve(request: HttpRequest, incident: Incident, item: int) -> HttpResponse:
    evidence = get_object_or_404(incident.evidence.defer("text"), number=item)

    def do(form: WarroomForm) -> str:
        actions.serve(
            request.actor, incident.pk, item, now=clock.now(), once=form.key, **form.values()
        )
        messages.success(request, f"{evidence.reference} is named.")
        return evidence.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "back": evidence.get_absolute_url(),
            "title": f"What {evidence.reference} serves as",
            "button": "Name it so",
            "about": evidence.title,
        }

    at_hand = {
        "required": required_for(incident),
        "named": _named(evidence),
    }
    return submit(request, "incidents/short.html", ServeForm, do, context=context, **at_hand)


def _named(evidence: Evidence) -> list[str]:
    return list(evidence.serves.values_list("item", flat=True))


def serving(request: HttpRequest, incident: Incident, evidence: Evidence) -> dict[str, Any]:
    """For the page of an item: what it serves as, and the form to name more."""
    required = required_for(incident)
    if not required:
        return {}
    named = _named(evidence)
    visible = [requirement.label for requirement in required if requirement.key in named]
    if len(visible) == len(required) or not may("evidence.serve", request.who):
        return {"serves": visible}
    form = ServeForm(request=request, required=required, named=named)
    return {"serves": visible, "form": form}
