"""The hardening backlog of an incident, one item of it, and each step that it may take."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock
from retros.backlog import actions, rules
from retros.backlog.forms import AddForm, ChangeForm, NoForm, ReasonForm, standing
from retros.models import BacklogItem

A_PAGE = 30


@dataclass(frozen=True, slots=True)
class _Step:
    """``label`` leads to it or takes it at once, ``title`` asks; ``at_once`` needs no words."""

    do: Callable[..., BacklogItem]
    form: type[WarroomForm]
    label: str
    title: str

    @property
    def at_once(self) -> bool:
        return self.form is NoForm


_STEPS = {
    "begin": _Step(actions.begin, NoForm, "Begin", "Begin {}"),
    "done": _Step(actions.done, NoForm, "Done", "{} is done"),
    "drop": _Step(actions.drop, ReasonForm, "Drop", "Drop {}"),
    "reopen": _Step(actions.reopen, ReasonForm, "Open again", "Open {} again"),
}


@requires("backlog.read")
def backlog(request: HttpRequest, incident: Incident) -> HttpResponse:
    """What this incident leaves to be done, and the form for more."""
    now = clock.now()

    def do(form: Any) -> str:
        made = actions.add(request.actor, incident.pk, form.work(), now=now, once=form.key)
        return made.get_absolute_url()

    rows = incident.backlog.select_related("owner").most_urgent_first()
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = {
        "incident": incident,
        "bar": bar(incident, now),
        "page": page,
        "today": actions.today(now),
    }
    return submit(request, "retros/backlog.html", AddForm, do, context=context)


@requires("backlog.read")
def item(request: HttpRequest, incident: Incident, item: int) -> HttpResponse:
    """One item, the steps that it may take, and, while it is open, the form that changes it."""
    now = clock.now()
    found = _find(incident, item)

    def do(form: Any) -> str:
        actions.change(request.actor, incident.pk, item, form.work(), now=now, once=form.key)
        return found.get_absolute_url()

    context = {
        "incident": incident,
        "bar": bar(incident, now),
        "item": found,
        "today": actions.today(now),
        "may_change": rules.may("change", found.state),
        "steps": [(name, one) for name, one in _STEPS.items() if rules.may(name, found.state)],
    }
    options: dict[str, Any] = {"initial": standing(found)}
    return submit(request, "retros/backlog_item.html", ChangeForm, do, context=context, **options)


@requires("backlog.change")
def step(request: HttpRequest, incident: Incident, item: int, name: str) -> HttpResponse:
    """One step: its question, then done. One that may not be taken leads back to the item."""
    found, of = _find(incident, item), _STEPS[name]
    if request.method != "POST" and not rules.may(name, found.state):
        return redirect(found)

    def do(form: Any) -> str:
        said = form.values()
        of.do(request.actor, incident.pk, item, **said, now=clock.now(), once=form.key)
        return found.get_absolute_url()

    context = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "title": of.title.format(found.reference),
        "about": found.title,
        "button": of.label,
        "back": found.get_absolute_url(),
    }
    return submit(request, "incidents/short.html", of.form, do, context=context)


def _find(incident: Incident, number: int) -> BacklogItem:
    rows = incident.backlog.select_related("owner", "created_by")
    found = get_object_or_404(rows, pk=number)
    found.incident = incident
    return found
