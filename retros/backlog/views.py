"""Pages of an incident's hardening backlog: the list, one item, and each step of an item."""

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
from retros.backlog.forms import AddForm, ChangeForm, EmptyForm, ReasonForm, initial_of
from retros.models import BacklogItem

PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class _Step:
    """``label`` is on its button, ``title`` on its page; an immediate step needs no text."""

    do: Callable[..., BacklogItem]
    form: type[WarroomForm]
    label: str
    title: str

    @property
    def is_immediate(self) -> bool:
        return self.form is EmptyForm


_STEPS = {
    "begin": _Step(actions.begin, EmptyForm, "Begin", "Begin {}"),
    "done": _Step(actions.finish, EmptyForm, "Done", "{} is done"),
    "drop": _Step(actions.drop, ReasonForm, "Drop", "Drop {}"),
    "reopen": _Step(actions.reopen, ReasonForm, "Open again", "Open {} again"),
}


@requires("backlog.read")
def backlog(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The hardening work of this incident, and the form to add some."""
    now = clock.now()

    def do(form: Any) -> str:
        item = actions.add(request.actor, incident.pk, form.work(), now=now, once=form.key)
        return item.get_absolute_url()

    def context() -> dict[str, Any]:
        rows = incident.backlog.select_related("owner").by_urgency()
        page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
        return {
            "incident": incident,
            "bar": bar(incident, now),
            "page": page,
            "today": rules.today(now),
        }

    return submit(request, "retros/backlog.html", AddForm, do, context=context)


@requires("backlog.read")
def item(request: HttpRequest, incident: Incident, item: int) -> HttpResponse:
    """One item with its possible steps and, while it is open, the form to change it."""
    now = clock.now()
    row = _find(incident, item)

    def do(form: Any) -> str:
        actions.change(request.actor, incident.pk, item, form.work(), now=now, once=form.key)
        return row.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, now),
            "item": row,
            "today": rules.today(now),
            "may_change": rules.may("change", row.state),
            "steps": [(name, step) for name, step in _STEPS.items() if rules.may(name, row.state)],
        }

    options: dict[str, Any] = {"initial": initial_of(row)}
    return submit(request, "retros/backlog_item.html", ChangeForm, do, context=context, **options)


@requires("backlog.change")
def step(request: HttpRequest, incident: Incident, item: int, name: str) -> HttpResponse:
    """Confirm and take one step. A step that is not possible redirects to the item."""
    row, step = _find(incident, item), _STEPS[name]
    if request.method != "POST" and not rules.may(name, row.state):
        return redirect(row)

    def do(form: Any) -> str:
        values = form.values()
        step.do(request.actor, incident.pk, item, **values, now=clock.now(), once=form.key)
        return row.get_absolute_url()

    def context() -> dict[str, Any]:
        return {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "title": step.title.format(row.reference),
            "about": row.title,
            "button": step.label,
            "back": row.get_absolute_url(),
        }

    return submit(request, "incidents/short.html", step.form, do, context=context)


def _find(incident: Incident, number: int) -> BacklogItem:
    rows = incident.backlog.select_related("owner", "created_by")
    row = get_object_or_404(rows, pk=number)
    row.incident = incident
    return row
