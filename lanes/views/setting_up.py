"""Setting up an incident on one page."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from incidents.assessments import control
from incidents.facts import incident as incident_facts
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.rules.checkpoint_limits import max_deadline
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock
from lanes.actions import setting_up
from lanes.facts.set_up import people_of, suggested_owners, unfrozen, unset_boundaries
from lanes.forms import SetUpForm

USUAL_MINUTES = 15


@requires("incident.set_up")
def set_up(request: HttpRequest, incident: Incident) -> HttpResponse:
    now = clock.now()
    facts = incident_facts.cached_facts(incident)
    people = people_of(facts, request.user)
    boundaries, surfaces = unset_boundaries(incident), unfrozen(incident)

    def do(form: WarroomForm) -> str:
        assert isinstance(form, SetUpForm)
        setting_up.set_up(request.actor, incident.pk, form.plan(), now=clock.now(), once=form.key)
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, now),
            "scenario": facts.scenario,
            "surfaces": surfaces,
            "boundary_count": len(boundaries),
            "control": control.control(facts),
            "fifteen": control.first_fifteen(facts, now),
        }

    limit = max_deadline(incident.severity)
    minutes = min(USUAL_MINUTES, int(limit.total_seconds() // 60)) if limit else USUAL_MINUTES
    initial = suggested_owners(facts, people) | {
        "deputy": facts.deputy.pk if facts.deputy else None,
        "channel": incident.evidence_channel,
        "checkpoint": "" if facts.next_checkpoint else f"+{minutes}",
        "covers": True,
        "freeze": True,
    }
    return submit(
        request,
        "lanes/set_up.html",
        SetUpForm,
        do,
        context=context,
        people=people,
        boundaries=boundaries,
        surfaces=surfaces,
        now=now,
        zone=zone_of(request.user, request.COOKIES),
        initial=initial,
    )
