"""Adding a note."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.web.access import requires
from incidents.web.redirects import back_to
from kernel import clock
from kernel.refusal import Refused
from lanes import actions
from lanes.forms import NoteForm


@requires("note.add")
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
            return _redirect_after(request, incident, form, entry.seq)
    return _show_form(request, incident, form)


def _wants_json(request: HttpRequest) -> bool:
    return bool(request.htmx) or request.headers.get("Accept", "").startswith("application/json")


def _redirect_after(
    request: HttpRequest, incident: Incident, form: NoteForm, seq: int
) -> HttpResponse:
    if _wants_json(request):
        return HttpResponse(status=204, headers={"X-Seq": str(seq)})
    wanted = form.cleaned_data["next"]
    return HttpResponseRedirect(back_to(request, wanted, incident.get_absolute_url()))


def _show_form(request: HttpRequest, incident: Incident, form: NoteForm) -> HttpResponse:
    status = 422 if form.is_bound else 200
    if form.is_bound and _wants_json(request):
        violations = [
            {"sentence": p.sentence, "code": p.code, "field": p.field} for p in form.problems()
        ]
        return JsonResponse({"violations": violations}, status=status)
    context = {"incident": incident, "bar": bar(incident, clock.now()), "form": form}
    return render(request, "lanes/note.html", context, status=status)
