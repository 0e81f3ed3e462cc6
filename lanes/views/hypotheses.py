"""The hypotheses of the investigation: all of them, and one with the evidence that decides it."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse

from incidents.facts.amendments import amendments_about
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock
from lanes import actions
from lanes.forms import HypothesisForm, VerdictForm
from lanes.models import Hypothesis

PAGE_SIZE = 50


@requires("lane.view")
def hypotheses(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    """Every hypothesis, open ones first, and the form for another."""

    def do(form: WarroomForm) -> str:
        actions.state_hypothesis(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        )
        return reverse("lane", args=[incident.pk, lane])

    rows = Hypothesis.objects.filter(incident=incident).prefetch_related("evidence")
    rows = rows.order_by(F("decided_at").desc(nulls_first=True), "-number")

    def context() -> dict[str, Any]:
        return {
            **_shared(request, incident, lane),
            "page": Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page")),
        }

    return submit(request, "lanes/hypotheses.html", HypothesisForm, do, context=context)


@requires("lane.view")
def hypothesis(
    request: HttpRequest, incident: Incident, lane: str, hypothesis: int
) -> HttpResponse:
    """One hypothesis; who may change it confirms it or rules it out here."""
    rows = Hypothesis.objects.prefetch_related("evidence")
    row = get_object_or_404(rows, incident=incident, number=hypothesis)

    def do(form: WarroomForm) -> str:
        actions.decide_hypothesis(
            request.actor,
            incident.pk,
            hypothesis,
            now=clock.now(),
            once=form.key,
            **form.values(),
        )
        return reverse("lane", args=[incident.pk, lane])

    return submit(
        request,
        "lanes/hypothesis.html",
        VerdictForm,
        do,
        context=lambda: {
            **_shared(request, incident, lane),
            "row": row,
            "corrections": amendments_about(incident, row.reference),
        },
        incident=incident,
        initial={"verdict": request.GET.get("verdict", "")},
    )


def _shared(request: HttpRequest, incident: Incident, lane: str) -> dict[str, object]:
    return {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "lane": LaneKind(lane),
        "may_change": may("hypothesis.change", request.who),
    }
