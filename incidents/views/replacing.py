"""Naming somebody else who executes or verifies a decision."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from incidents.actions import replacements
from incidents.forms.execution import ReplaceForm
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.vocabulary import ExecutionRole
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock


@requires("decision.replace")
def replace_holder(
    request: HttpRequest, incident: Incident, decision: int, role: str
) -> HttpResponse:
    row = get_object_or_404(incident.decisions.select_related("execution"), number=decision)
    part = ExecutionRole(role)

    def do(form: WarroomForm) -> str:
        replacements.replace_holder(
            request.actor,
            incident.pk,
            decision,
            role=role,
            now=clock.now(),
            once=form.key,
            **form.values(),
        )
        return row.get_absolute_url()

    def context() -> dict[str, Any]:
        does = part.label.lower()
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "title": f"Who {does} {row.reference}",
            "intro": f"{row.execution.holder(part)} {does} {row.title} now.",
        }

    return submit(request, "incidents/command.html", ReplaceForm, do, context=context)
