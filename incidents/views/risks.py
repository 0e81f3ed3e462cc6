"""The residual-risk register of an incident."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from incidents.actions import risks as actions
from incidents.facts import incident as incident_facts
from incidents.forms.risks import OwnRiskForm, RetireRiskForm, RiskForm
from incidents.models import Incident
from incidents.permissions import may
from incidents.web.access import requires
from incidents.web.submit_and_return import submit_and_return
from kernel import clock


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

    return submit_and_return(
        request,
        incident,
        "risks",
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
    return submit_and_return(
        request,
        incident,
        "risks",
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
    return submit_and_return(
        request,
        incident,
        "risks",
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
