"""Correcting an entry of the timeline."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from incidents.actions import amendments
from incidents.facts.amendments import correctable_texts, with_corrections
from incidents.forms.amending import AmendForm
from incidents.models import Incident
from incidents.panels.room import bar, render_entries
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock


@requires("entry.amend")
def amend(request: HttpRequest, incident: Incident, seq: int) -> HttpResponse:
    entry = get_object_or_404(with_corrections(incident.timeline.all()), seq=seq)
    texts = correctable_texts(entry)

    def do(form: WarroomForm) -> str:
        amendments.amend(
            request.actor, incident.pk, seq, now=clock.now(), once=form.key, **form.values()
        )
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "entry": entry,
            "rendered": render_entries(incident, [entry])[0],
            "texts": texts,
        }

    return submit(request, "incidents/amend.html", AmendForm, do, context=context, texts=texts)
