"""The lane's page, and what is typed on it."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from incidents import facts as incident_facts
from incidents.doors import door
from incidents.exhibits import excerpts
from incidents.models import Incident
from incidents.panels import bar
from incidents.permissions import may
from incidents.views.returning import back_to
from lanes import actions
from lanes.facts import LaneFacts, lanes_of, notes_of
from lanes.forms import BoundaryForm, NoteForm
from warroom.kernel import clock
from warroom.kernel.refusal import Refused

IN_FULL = 3
FOLDED = 12
NOTES = 10


@door("lane.view")
def lane(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    return _page(request, incident, lane)


@door("boundary.set")
def boundary(request: HttpRequest, incident: Incident, lane: str) -> HttpResponse:
    """Set the boundary. Opened by itself (after signing in again) it is the lane's page."""
    if request.method != "POST":
        return _page(request, incident, lane)
    form = BoundaryForm(request.POST, request=request)
    if form.is_valid():
        try:
            actions.set_boundary(
                request.actor,
                incident.pk,
                lane=lane,
                now=clock.now(),
                once=form.key,
                **form.values(),
            )
        except Refused as refusal:
            form.refuse(refusal.violations)
        else:
            return redirect("lane", incident.pk, lane)
    return _page(request, incident, lane, boundary=form, status=422)


@door("note.add")
def add_note(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Add a note: from the room's composer (which wants JSON), a lane or a page of its own."""
    data = request.POST if request.method == "POST" else None
    initial = {"lane": request.GET.get("lane", ""), "next": request.GET.get("next", "")}
    form = NoteForm(data, request=request, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            entry = actions.add_note(
                request.actor,
                incident.pk,
                text=form.cleaned_data["text"],
                lane=form.cleaned_data["lane"],
                now=clock.now(),
                once=form.key,
            )
        except Refused as refusal:
            form.refuse(refusal.violations)
        else:
            return _noted(request, incident, form, entry.seq)
    return _not_noted(request, incident, form)


def _wants_json(request: HttpRequest) -> bool:
    return bool(request.htmx) or request.headers.get("Accept", "").startswith("application/json")


def _noted(request: HttpRequest, incident: Incident, form: NoteForm, seq: int) -> HttpResponse:
    if _wants_json(request):
        return HttpResponse(status=204, headers={"X-Seq": str(seq)})
    wanted = form.cleaned_data["next"]
    return HttpResponseRedirect(back_to(request, wanted, incident.get_absolute_url()))


def _not_noted(request: HttpRequest, incident: Incident, form: NoteForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if form.is_bound and _wants_json(request):
        told = [{"sentence": p.sentence, "code": p.code, "field": p.field} for p in form.problems()]
        return JsonResponse({"violations": told}, status=status)
    context = {"incident": incident, "bar": bar(incident, clock.now()), "form": form}
    return render(request, "lanes/note.html", context, status=status)


def _page(
    request: HttpRequest,
    incident: Incident,
    lane: str,
    boundary: BoundaryForm | None = None,
    status: int = 200,
) -> HttpResponse:
    lanes = lanes_of(incident)
    here = next(facts for facts in lanes if facts.kind == lane)
    items = list(excerpts(incident.evidence.filter(lane=lane))[: IN_FULL + FOLDED])
    standing = incident_facts.of(incident)
    context: dict[str, Any] = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "lanes": lanes,
        "lane": here,
        "items": items[:IN_FULL],
        "earlier": items[IN_FULL:],
        "recommendations": [r for r in standing.open_recommendations if r.lane == lane],
        "contradiction": standing.contradiction,
        "notes": notes_of(incident, lane, NOTES),
        "boundary_form": boundary or _boundary_form(request, here),
        "note_form": NoteForm(
            request=request,
            auto_id="note_%s",
            initial={"lane": lane, "next": reverse("lane", args=[incident.pk, lane])},
        ),
        "may_bound": may("boundary.set", request.who),
        "may_note": may("note.add", request.who),
        "may_capture": may("evidence.capture", request.who),
        "may_assign": may("role.assign", request.who),
    }
    return render(request, "lanes/lane.html", context, status=status)


def _boundary_form(request: HttpRequest, facts: LaneFacts) -> BoundaryForm:
    initial = {
        "included": "\n".join(facts.boundary.included),
        "excluded": "\n".join(facts.boundary.excluded),
    }
    return BoundaryForm(request=request, initial=initial)
