"""Acting first: one line now, the record soon after."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from incidents.actions import acts
from incidents.assessments import decision as decision_assessment
from incidents.facts import incident as incident_facts
from incidents.forms.acts import ActForm
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.web.access import requires
from incidents.web.evidence_numbers import typed_numbers, with_ticked
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock

MAX_RECENT_EVIDENCE = 6


@requires("decision.act")
def act(request: HttpRequest, incident: Incident) -> HttpResponse:
    now = clock.now()
    facts = incident_facts.cached_facts(incident)

    def do(form: WarroomForm) -> str:
        assert isinstance(form, ActForm)
        acts.act_first(request.actor, incident.pk, form.written(), now=clock.now(), once=form.key)
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, now),
            "running": facts.mitigations,
            "is_commander": facts.commander == request.user,
            "owed_within": int(settings.RECORD_OWED_WITHIN.total_seconds() // 60),
        }

    recent = incident.evidence.defer("text").order_by("-number")[:MAX_RECENT_EVIDENCE]
    return submit(
        request,
        "incidents/act.html",
        ActForm,
        do,
        context=context,
        offered=decision_assessment.offered(facts),
        recent=with_ticked(incident, recent, typed_numbers(request.POST, "evidence")),
        is_running=bool(facts.mitigations),
        now=now,
        zone=zone_of(request.user, request.COOKIES),
        initial={"executor": request.user.pk},
    )
