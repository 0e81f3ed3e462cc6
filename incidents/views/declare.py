"""Declaring: one screen, one call."""

from django.http import HttpRequest, HttpResponse

from incidents import scenarios
from incidents.actions import lifecycle
from incidents.doors import door
from incidents.forms.base import WarroomForm
from incidents.forms.commands import DeclareForm
from incidents.models import Surface
from incidents.views.submitting import submit
from warroom.kernel import clock


@door("incident.declare")
def declare(request: HttpRequest) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        said = form.values()
        said["surfaces"] = tuple(said["surfaces"])
        incident = lifecycle.declare(
            request.actor, lifecycle.Declaration(**said), now=clock.now(), once=form.key
        )
        return incident.get_absolute_url()

    scenario = scenarios.find(request.GET.get("scenario", ""))
    initial = {"scenario": scenario.slug, "title": scenario.title} if scenario else {}
    if scenario:
        initial["surfaces"] = list(
            Surface.objects.filter(dependency_class=scenario.dependency_class).values_list(
                "slug", flat=True
            )
        )
    context = {"scenarios": scenarios.library().values()}
    return submit(
        request, "incidents/declare.html", DeclareForm, do, context=context, initial=initial
    )
