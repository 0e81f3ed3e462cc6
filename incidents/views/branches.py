"""The branches of an incident."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from incidents.actions import branches as actions
from incidents.facts import incident as incident_facts
from incidents.forms.branches import BranchForm, EndBranchForm, PassBranchForm
from incidents.models import Incident
from incidents.permissions import incident_roles, may
from incidents.vocabulary import BRANCH_USE, BranchType, LaneKind
from incidents.web.access import requires
from incidents.web.submit_and_return import submit_and_return
from kernel import clock


@requires("room.view")
def branches(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The branches, and the form for another. Who may change them: see the permissions."""

    def context() -> dict[str, Any]:
        facts = incident_facts.cached_facts(incident)
        who = incident_roles(request.actor, incident, LaneKind.MITIGATION)
        return {
            "active": facts.active_branches,
            "ended": [branch for branch in facts.branches if not branch.is_active],
            "uses": [(BranchType(kind).label, *use) for kind, use in BRANCH_USE.items()],
            "may_change": may("branch.change", who),
        }

    return submit_and_return(
        request,
        incident,
        "branches",
        BranchForm,
        lambda form: actions.open_branch(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/branches.html",
        context,
    )


@requires("branch.change")
def pass_branch(request: HttpRequest, incident: Incident, branch: int, lane: str) -> HttpResponse:
    row = get_object_or_404(incident.branches, number=branch)
    return submit_and_return(
        request,
        incident,
        "branches",
        PassBranchForm,
        lambda form: actions.pass_branch(
            request.actor, incident.pk, branch, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        lambda: {
            "title": f"Who owns {row.reference}?",
            "about": row.name,
            "button": "Give it",
        },
    )


@requires("branch.change")
def end_branch(request: HttpRequest, incident: Incident, branch: int, lane: str) -> HttpResponse:
    row = get_object_or_404(incident.branches, number=branch)
    return submit_and_return(
        request,
        incident,
        "branches",
        EndBranchForm,
        lambda form: actions.end_branch(
            request.actor, incident.pk, branch, now=clock.now(), once=form.key, **form.values()
        ),
        "incidents/short.html",
        lambda: {
            "title": f"End {row.reference}",
            "about": row.name,
            "button": "End it",
        },
    )
