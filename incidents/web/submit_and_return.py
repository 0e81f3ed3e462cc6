"""A form about something of an incident that has a list: whoever sends it returns to the list."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock


def submit_and_return(
    request: HttpRequest,
    incident: Incident,
    list_name: str,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], object],
    template: str,
    context: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """Show the form or send it. ``list_name`` is the list's URL name: ``do`` is called, then that
    page opens. The template gets the incident, its bar and ``back`` besides ``context``."""
    back = reverse(list_name, args=[incident.pk])

    def submitted(form: WarroomForm) -> str:
        do(form)
        return back

    def whole_context() -> dict[str, Any]:
        shared = {"incident": incident, "bar": bar(incident, clock.now()), "back": back}
        return shared | context()

    return submit(request, template, form_class, submitted, context=whole_context)
