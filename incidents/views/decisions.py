"""Deciding: the form of a checkpoint, its draft, what is unmet, and the record that came of it."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from incidents.actions import decisions, drafts
from incidents.assessments import decision as decision_assessment
from incidents.assessments import prefill, recommendations
from incidents.assessments.option_history import past_uses
from incidents.facts import incident as incident_facts
from incidents.forms.decisions import DecisionForm
from incidents.models import Checkpoint, Decision, DecisionDraft, Incident, Recommendation
from incidents.rules.checkpoint import DECIDED_CODE
from incidents.views import decision_page
from incidents.vocabulary import RoleName
from incidents.web.access import requires
from incidents.web.drafts import draft_response
from incidents.web.time_zone import number, zone_of
from kernel import clock
from kernel.refusal import Refused


@requires("decision.decide")
def decide_next(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Redirect to the next checkpoint, or to scheduling one when there is none."""
    following = incident.checkpoints.open().first()
    if following is None:
        return redirect("checkpoint", incident.pk)
    return redirect(following)


@requires("decision.decide")
def decide(request: HttpRequest, incident: Incident, checkpoint: int) -> HttpResponse:
    point = get_object_or_404(incident.checkpoints, number=checkpoint)
    if request.method != "POST":
        if not point.is_open:
            return redirect(Decision.objects.filter(checkpoint=point).first() or incident)
        return _page(request, incident, point, _form(request, incident, point))
    form = _form(request, incident, point)
    form.is_valid()
    try:
        decisions.decide(
            request.actor,
            incident.pk,
            checkpoint,
            form.written(),
            now=clock.now(),
            once=form.cleaned_data.get("once"),
        )
    except Refused as refusal:
        form.refuse(refusal.violations)
        overtaken = refusal.violations[0].code == DECIDED_CODE
        return _page(request, incident, point, form, status=409 if overtaken else 422)
    return HttpResponseRedirect(incident.get_absolute_url())


@requires("decision.decide", keeps=False)
@require_POST
def draft(request: HttpRequest, incident: Incident, checkpoint: int) -> HttpResponse:
    """Keep what has been typed so far; the page asks for this while somebody writes."""
    point = get_object_or_404(incident.checkpoints, number=checkpoint)
    form = _form(request, incident, point)
    form.is_valid()
    saved = drafts.save_draft(request.actor, point, form.raw(), stamp=form.stamp, now=clock.now())
    return draft_response(form, saved, {"decided": point.reference})


@requires("room.view", keeps=False)
@require_POST
def unmet(request: HttpRequest, incident: Incident, checkpoint: int) -> HttpResponse:
    """What the rules say of the form as it stands: the summary asks for it while one types."""
    point = get_object_or_404(incident.checkpoints, number=checkpoint)
    form = _form(request, incident, point)
    form.is_valid()
    written = form.written()
    problems = decisions.unmet(incident, checkpoint, written, clock.now())
    context = {
        "form": form,
        "unmet": problems,
        "offer": form.chosen_offer(written),
        "leads": [row["side"] for row in form.sides if row["leads"]],
        "needs_no_reason": form.conflict and not form.needs_conflict_reason(written),
    }
    return render(request, "incidents/decide_unmet.html", context)


@requires("decision.decide")
def evidence_lines(request: HttpRequest, incident: Incident, checkpoint: int) -> HttpResponse:
    """Evidence to tick: what matches a search, or the items older than ``before``."""
    context = decision_page.evidence_lines(
        incident,
        request.GET.get("q", ""),
        number(request.GET.get("before", "")),
        request.GET.get("shown", ""),
    )
    context |= {"incident": incident, "checkpoint": checkpoint}
    return render(request, "incidents/decide_evidence_lines.html", context)


def _form(request: HttpRequest, incident: Incident, point: Checkpoint) -> DecisionForm:
    facts = incident_facts.cached_facts(incident)
    filled = _prefill(request, facts, point)
    owed = decision_page.owed_at(facts, point)
    options: dict[str, Any] = {
        "request": request,
        "offered": decision_assessment.offered(facts),
        "conflict": decision_assessment.conflict_of(facts, {}),
        "recommended": _recommended(facts),
        "summaries": recommendations.summaries(facts),
        "is_owed": decision_page.owed_at(facts, point) is not None,
        "history": past_uses(facts),
        "prefill": filled,
        "executed_by": owed.execution.executor_id if owed else None,
        "signal": facts.scenario.signal if facts.scenario else "",
        "now": clock.now(),
        "zone": zone_of(request.user, request.COOKIES),
    }
    if request.method == "POST":
        return DecisionForm(request.POST, **options)
    saved_draft = _draft_for(request, incident, point)
    if saved_draft:
        form = DecisionForm(initial=DecisionForm.initial_of(saved_draft.data), **options)
    else:
        form = DecisionForm(initial=dict(filled.initial), **options)
    form.draft = saved_draft
    is_own = saved_draft is not None and saved_draft.author_id == request.actor.id
    form.know(saved_draft if is_own and saved_draft.checkpoint_id == point.pk else None)
    return form


def _prefill(
    request: HttpRequest, facts: incident_facts.IncidentFacts, point: Checkpoint
) -> prefill.Prefill:
    """What the program knows for this checkpoint, each field with where that comes from."""
    owed = decision_page.owed_at(facts, point)
    if owed is not None:
        return prefill.of_owed_record(facts, owed, clock.now())
    return prefill.of_next_decision(facts, blank="blank" in request.GET)


def _draft_for(request: HttpRequest, incident: Incident, point: Checkpoint) -> DecisionDraft | None:
    """The author's draft of this checkpoint, else the one that came with command.

    Else their last one that was overtaken. None where they asked to begin blank.
    """
    if "blank" in request.GET:
        return None
    every = DecisionDraft.objects.filter(checkpoint__incident=incident).select_related(
        "checkpoint", "author"
    )
    mine = every.filter(author_id=request.actor.id)
    overtaken = mine.exclude(checkpoint__in=incident.checkpoints.open()).order_by("-saved_at")
    return (
        mine.filter(checkpoint=point).first()
        or _draft_of_predecessor(request, incident, every.filter(checkpoint=point))
        or overtaken.first()
    )


def _draft_of_predecessor(
    request: HttpRequest, incident: Incident, others: QuerySet[DecisionDraft]
) -> DecisionDraft | None:
    """What others had typed when command passed to the reader; later drafts are their own."""
    command = incident_facts.cached_facts(incident).holders.get((RoleName.COMMANDER, ""))
    if command is None or command.person_id != request.actor.id:
        return None
    return others.filter(saved_at__lte=command.since).order_by("-saved_at").first()


def _recommended(facts: incident_facts.IncidentFacts) -> dict[str, list[Recommendation]]:
    """The open recommendations by option, for display beside each rung."""
    by_option: dict[str, list[Recommendation]] = {}
    for recommendation in facts.open_recommendations:
        by_option.setdefault(recommendation.option, []).append(recommendation)
    return by_option


def _page(
    request: HttpRequest,
    incident: Incident,
    point: Checkpoint,
    form: DecisionForm,
    status: int = 200,
) -> HttpResponse:
    context = decision_page.context_of(incident, point, form, clock.now())
    return render(request, "incidents/decide.html", context, status=status)
