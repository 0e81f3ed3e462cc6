"""The residual-risk register and the branches of an incident."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from incidents.actions import branches as branch_actions
from incidents.actions import risks as risk_actions
from incidents.facts import incident as incident_facts
from incidents.forms.register import (
    BranchForm,
    EndBranchForm,
    OwnRiskForm,
    PassBranchForm,
    RetireRiskForm,
    RiskForm,
)
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import incident_roles, may
from incidents.vocabulary import BRANCH_USE, BranchType, LaneKind
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
    back: str,
    **context: Any,
) -> HttpResponse:
    def done(form: WarroomForm) -> str:
        do(form)
        return back

    shared = {"incident": incident, "bar": bar(incident, clock.now()), "back": back}
    return submit(request, template, form_class, done, context=shared | context)


@requires("room.view")
def risks(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The whole register, and the form for another."""
    facts = incident_facts.cached_facts(incident)
    return _page(
        request,
        incident,
        RiskForm,
        lambda form: risk_actions.add(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/risks.html",
        reverse("risks", args=[incident.pk]),
        open_risks=facts.open_risks,
        retired=[risk for risk in facts.risks if not risk.is_open],
        may_change=may("risk.change", request.who),
    )


@requires("risk.change")
def own_risk(request: HttpRequest, incident: Incident, risk: int) -> HttpResponse:
    row = get_object_or_404(incident.risks, number=risk)
    return _page(
        request,
        incident,
        OwnRiskForm,
        lambda form: risk_actions.own(
            request.actor, incident.pk, risk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        reverse("risks", args=[incident.pk]),
        title=f"Who owns {row.reference}?",
        about=row.text,
        button="Give it",
    )


@requires("risk.change")
def retire_risk(request: HttpRequest, incident: Incident, risk: int) -> HttpResponse:
    row = get_object_or_404(incident.risks, number=risk)
    return _page(
        request,
        incident,
        RetireRiskForm,
        lambda form: risk_actions.retire(
            request.actor, incident.pk, risk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        reverse("risks", args=[incident.pk]),
        title=f"Retire {row.reference}",
        about=row.text,
        button="Retire it",
    )


@requires("room.view")
def branches(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The branches, and the form for another. Who may change them: see the permissions."""
    facts = incident_facts.cached_facts(incident)
    who = incident_roles(request.actor, incident, LaneKind.MITIGATION)
    return _page(
        request,
        incident,
        BranchForm,
        lambda form: branch_actions.open_branch(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/branches.html",
        reverse("branches", args=[incident.pk]),
        active=facts.active_branches,
        ended=[branch for branch in facts.branches if not branch.is_active],
        uses=[(BranchType(kind).label, *use) for kind, use in BRANCH_USE.items()],
        may_change=may("branch.change", who),
    )


@requires("branch.change")
def pass_branch(request: HttpRequest, incident: Incident, branch: int, lane: str) -> HttpResponse:
    row = get_object_or_404(incident.branches, number=branch)
    return _page(
        request,
        incident,
        PassBranchForm,
        lambda form: branch_actions.pass_branch(
            request.actor, incident.pk, branch, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        reverse("branches", args=[incident.pk]),
        title=f"Who owns {row.reference}?",
        about=row.name,
        button="Give it",
    )


@requires("branch.change")
def end_branch(request: HttpRequest, incident: Incident, branch: int, lane: str) -> HttpResponse:
    row = get_object_or_404(incident.branches, number=branch)
    return _page(
        request,
        incident,
        EndBranchForm,
        lambda form: branch_actions.end_branch(
            request.actor, incident.pk, branch, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        reverse("branches", args=[incident.pk]),
        title=f"End {row.reference}",
        about=row.name,
        button="End it",
    )
