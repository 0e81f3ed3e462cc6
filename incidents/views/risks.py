"""The residual-risk register of an incident."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from incidents.actions import risks as actions
from incidents.facts import incident as incident_facts
from incidents.forms.risks import OwnRiskForm, RetireRiskForm, RiskForm
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock


def _page(
    request: HttpRequest,
    incident: Incident,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], object],
    template: str,
    context: Callable[[], dict[str, Any]],
) -> HttpResponse:
    back = reverse("risks", args=[incident.pk])

    def done(form: WarroomForm) -> str:
        do(form)
        return back

    def whole_context() -> dict[str, Any]:
        shared = {"incident": incident, "bar": bar(incident, clock.now()), "back": back}
        return shared | context()

    return submit(request, template, form_class, done, context=whole_context)


@requires("room.view")
def risks(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The whole register, and the form for another."""

    def context() -> dict[str, Any]:
        facts = incident_facts.cached_facts(incident)
        return {
            "open_risks": facts.open_risks,
            "retired": [risk for risk in facts.risks if not risk.is_open],
            "may_change": may("risk.change", request.who),
        }

    return _page(
        request,
        incident,
        RiskForm,
        lambda form: actions.add(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/risks.html",
        context,
    )


@requires("risk.change")
def own_risk(request: HttpRequest, incident: Incident, risk: int) -> HttpResponse:
    row = get_object_or_404(incident.risks, number=risk)
    return _page(
        request,
        incident,
        OwnRiskForm,
        lambda form: actions.own(
            request.actor, incident.pk, risk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        lambda: {
            "title": f"Who owns {row.reference}?",
            "about": row.text,
            "button": "Give it",
        },
    )


@requires("risk.change")
def retire_risk(request: HttpRequest, incident: Incident, risk: int) -> HttpResponse:
    row = get_object_or_404(incident.risks, number=risk)
    return _page(
        request,
        incident,
        RetireRiskForm,
        lambda form: actions.retire(
            request.actor, incident.pk, risk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        lambda: {
            "title": f"Retire {row.reference}",
            "about": row.text,
            "button": "Retire it",
        },
    )
