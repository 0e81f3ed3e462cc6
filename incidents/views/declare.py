"""Declaring: one screen, one call."""

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse

from incidents import scenarios
from incidents.actions import lifecycle
from incidents.forms.declaring import DeclareForm, filled_in
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock

_PAGE = "incidents/declare.html"


@requires("incident.declare")
def declare(request: HttpRequest) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        fields = form.values()
        fields["surfaces"] = tuple(fields["surfaces"])
        incident = lifecycle.declare(
            request.actor, lifecycle.Declaration(**fields), now=clock.now(), once=form.key
        )
        commands = (fields["commander"] or request.user) == request.user
        if "set_up" in request.POST and commands:
            return reverse("set-up", args=[incident.pk])
        return incident.get_absolute_url()

    if "fill" in request.POST:
        return _filled(request)
    scenario = scenarios.find(request.GET.get("scenario", ""))
    initial = filled_in(scenario, QueryDict())
    return submit(request, _PAGE, DeclareForm, do, context=_context, initial=initial)


def _filled(request: HttpRequest) -> HttpResponse:
    """The same form with what the chosen scenario says; nothing is declared yet."""
    scenario = scenarios.find(request.POST.get("scenario", ""))
    form = DeclareForm(request=request, initial=filled_in(scenario, request.POST))
    return render(request, _PAGE, {**_context(), "form": form})


def _context() -> dict[str, object]:
    return {"scenarios": scenarios.library().values()}
