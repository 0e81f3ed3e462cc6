"""Recommending an option, and the page of a recommendation."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from incidents.actions import recommendations
from incidents.actions import together as pairing
from incidents.assessments import decision as decision_assessment
from incidents.assessments import recommendations as assessment
from incidents.facts import incident as incident_facts
from incidents.forms.recommendations import (
    AnswerForm,
    RecommendForm,
    TogetherForm,
    WithdrawRecommendationForm,
)
from incidents.models import Incident, Recommendation
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import LaneKind, RoleName
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock
from kernel.refusal import NotPermitted

MAX_EVIDENCE = 30


@requires("room.view")
def recommend(request: HttpRequest, incident: Incident) -> HttpResponse:
    """For owners of a lane; an owner of several chooses one in the form.

    The lane is in the form, so the door cannot ask for it: the action does.
    """
    facts = incident_facts.cached_facts(incident)
    mine = [
        lane.value for lane in LaneKind if facts.holder(RoleName.LANE_OWNER, lane) == request.user
    ]
    if not mine:
        raise NotPermitted(
            "This page is for owners of lanes. Recommend to a lane: its owner adopts or declines it"
            f" ({reverse('propose', args=[incident.pk])})."
        )
    return _recommend_page(request, incident, recommendations.recommend, mine)


@requires("recommendation.propose")
def propose(request: HttpRequest, incident: Incident) -> HttpResponse:
    """To a lane that the author does not own; its owner adopts or declines it."""
    facts = incident_facts.cached_facts(incident)
    lanes = [
        lane.value for lane in LaneKind if facts.holder(RoleName.LANE_OWNER, lane) != request.user
    ]
    if not lanes:
        return redirect("recommend", incident.pk)
    wanted = LaneKind.MITIGATION.value
    lanes.sort(key=lambda lane: lane != wanted)
    return _recommend_page(request, incident, recommendations.propose, lanes, proposing=True)


def _recommend_page(
    request: HttpRequest,
    incident: Incident,
    act: Callable[..., Recommendation],
    lanes: list[str],
    *,
    proposing: bool = False,
) -> HttpResponse:
    facts = incident_facts.cached_facts(incident)

    def do(form: WarroomForm) -> str:
        assert isinstance(form, RecommendForm)
        act(
            request.actor,
            incident.pk,
            form.proposed(),
            lane=form.cleaned_data["lane"],
            now=clock.now(),
            once=form.key,
        )
        return incident.get_absolute_url()

    wanted = request.GET.get("lane", "")

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "evidence": list(incident.evidence.defer("text")[:MAX_EVIDENCE]),
            "several": len(lanes) > 1,
            "proposing": proposing,
        }

    return submit(
        request,
        "incidents/recommend.html",
        RecommendForm,
        do,
        context=context,
        initial={"lane": wanted if wanted in lanes else lanes[0]},
        offered=decision_assessment.offered(facts),
        lanes=lanes,
    )


@requires("room.view")
def recommendation(request: HttpRequest, incident: Incident, recommendation: int) -> HttpResponse:
    """One recommendation; its author and the commander can withdraw it."""
    rows = incident.recommendations.select_related("adopted_by").prefetch_related("evidence")
    row = get_object_or_404(rows, number=recommendation)

    def do(form: WarroomForm) -> str:
        recommendations.withdraw(
            request.actor,
            incident.pk,
            recommendation,
            now=clock.now(),
            once=form.key,
            **form.values(),
        )
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        sides = list(row.sides.select_related("contradiction__decision"))
        mine = row.owner == (request.actor.kind.value, request.actor.id)
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "recommendation": row,
            "sides": sides,
            "side": next((s for s in sides if s.contradiction.is_open or s.reversibility), None),
            "pairs": [
                pair
                for pair in assessment.differing_pairs(incident_facts.cached_facts(incident))
                if row in (pair.first, pair.second)
            ],
            "may_answer": row.is_waiting
            and incident_facts.cached_facts(incident).holder(RoleName.LANE_OWNER, row.lane)
            == request.user,
            "may_withdraw": (row.is_open or row.is_waiting)
            and (mine or may("decision.decide", request.who)),
        }

    return submit(
        request,
        "incidents/recommendation.html",
        WithdrawRecommendationForm,
        do,
        context=context,
    )


@requires("room.view")
def answer(request: HttpRequest, incident: Incident, recommendation: int) -> HttpResponse:
    """The owner of its lane adopts a recommendation, or declines it with a reason."""
    rows = incident.recommendations.prefetch_related("evidence")
    row = get_object_or_404(rows, number=recommendation)
    owner = incident_facts.cached_facts(incident).holder(RoleName.LANE_OWNER, row.lane)
    if owner != request.user:
        raise NotPermitted(
            f"Only the owner of {row.get_lane_display()} answers {row.reference}:"
            f" {owner or 'nobody owns that lane yet, claim it first'}."
        )
    if not row.is_waiting and request.method != "POST":
        return redirect(row)

    def do(form: WarroomForm) -> str:
        adopts = form.cleaned_data["verdict"] == "adopt"
        act = recommendations.adopt if adopts else recommendations.decline
        reason = form.cleaned_data["reason"]
        act(
            request.actor,
            incident.pk,
            recommendation,
            reason=reason,
            now=clock.now(),
            once=form.key,
        )
        return incident.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "recommendation": row,
        }

    return submit(request, "incidents/recommendation_answer.html", AnswerForm, do, context=context)


@requires("room.view")
def together(request: HttpRequest, incident: Incident) -> HttpResponse:
    """What differs and may go together all the same: both owners say so here, or take it back."""
    facts = incident_facts.cached_facts(incident)
    reader = (request.actor.kind.value, request.actor.id)

    def do(form: WarroomForm) -> str:
        fields = form.values()
        note, apart = fields.pop("note"), fields.pop("apart")
        call = {"now": clock.now(), "once": form.key} | fields
        if apart:
            pairing.withdraw_together(request.actor, incident.pk, **call)
        else:
            pairing.state_together(request.actor, incident.pk, note=note, **call)
        return reverse("together", args=[incident.pk])

    def context() -> dict[str, Any]:
        pairs = assessment.differing_pairs(facts)
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "pairs": [(pair.of(reader) or pair, pair.of(reader) is not None) for pair in pairs],
        }

    return submit(request, "incidents/together.html", TogetherForm, do, context=context)
