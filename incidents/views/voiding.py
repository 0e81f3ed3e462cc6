"""Declared in error: ending an incident as void or as a duplicate, and taking that back."""

import re
from typing import Any

from django.http import HttpRequest, HttpResponse

from incidents.actions import voiding
from incidents.forms.commands import TakeBackForm, VoidForm
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock

_REFERENCE = re.compile(r"(?:INC-)?([0-9]{1,9})", re.IGNORECASE)


@requires("incident.void")
def void(request: HttpRequest, incident: Incident) -> HttpResponse:
    """With an incident named it is a duplicate of that, else void."""

    def do(form: WarroomForm) -> str:
        common = {"reason": form.cleaned_data["reason"], "now": clock.now(), "once": form.key}
        if text := form.cleaned_data["original"].strip():
            match = _REFERENCE.fullmatch(text)
            number = int(match[1]) if match else None
            voiding.duplicate(request.actor, incident.pk, original=number, **common)
        else:
            voiding.void(request.actor, incident.pk, **common)
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        return {"incident": incident, "bar": bar(incident, clock.now())}

    return submit(request, "incidents/void.html", VoidForm, do, context=context)


@requires("room.view")
def take_back(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Why the incident was voided, with the form to take that back."""

    def do(form: WarroomForm) -> str:
        voiding.take_back(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        )
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        rows = incident.voidings.select_related("original", "by")
        known = Incident.objects.visible_to(request.user)
        last = rows.last()
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "voided": last,
            "original": known.filter(pk=last.original_id).first() if last else None,
            "may_take_back": incident.is_in_error and may("incident.take_back", request.who),
        }

    return submit(request, "incidents/take_back.html", TakeBackForm, do, context=context)
