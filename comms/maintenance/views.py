"""Windows of planned work: the list, one window, and the steps that change it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from comms.actions import maintenance as actions
from comms.maintenance.forms import (
    ChangeForm,
    ExtendForm,
    NoteForm,
    OptionalNoteForm,
    PlanForm,
    TimedForm,
    initial_of,
)
from comms.models import Maintenance
from comms.rules import maintenance as rules
from comms.status.markdown import safe_html
from incidents.web.access import requires
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock

PAGE_SIZE = 30
MAX_UPDATES = 50
"""At most so many updates of a window are shown, the newest."""


@dataclass(frozen=True, slots=True)
class _Step:
    """``label`` is the link to the step and its heading, ``button`` submits it."""

    form: type[TimedForm]
    do: Callable[..., Maintenance]
    label: str
    button: str


_STEPS = {
    "change": _Step(ChangeForm, actions.change, "Change", "Change the window"),
    "begin": _Step(OptionalNoteForm, actions.begin, "Begin now", "Begin now"),
    "end": _Step(OptionalNoteForm, actions.end, "End now", "End now"),
    "extend": _Step(ExtendForm, actions.extend, "Extend", "Extend the window"),
    "note": _Step(NoteForm, actions.note, "Add a note", "Publish the note"),
    "cancel": _Step(NoteForm, actions.cancel, "Cancel", "Cancel the window"),
}


@requires("maintenance.change")
def windows(request: HttpRequest) -> HttpResponse:
    """Every window, the latest first."""
    rows = Maintenance.objects.order_by("-starts_at", "-pk").prefetch_related("surfaces")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    now = clock.now()
    listed = [(row, row.state(now)) for row in page]
    return render(request, "comms/maintenances.html", {"page": page, "shown": listed})


@requires("maintenance.change")
def plan(request: HttpRequest) -> HttpResponse:
    now = clock.now()

    def do(form: Any) -> str:
        window = actions.plan(request.actor, form.planned(), now=now, once=form.key)
        return window.get_absolute_url()

    def context() -> dict[str, Any]:
        return {"heading": "Plan maintenance", "button": "Publish the window"}

    options = {
        "now": now,
        "zone": zone_of(request.user, request.COOKIES),
        "initial": {"audience": "public"},
    }
    return submit(request, "comms/maintenance_step.html", PlanForm, do, context=context, **options)


@requires("maintenance.change")
def window(request: HttpRequest, pk: int) -> HttpResponse:
    """One window, its updates, and the steps that its state allows."""
    row = get_object_or_404(Maintenance.objects.select_related("planned_by"), pk=pk)
    state = row.state(clock.now())
    updates = row.updates.select_related("published_by").order_by("-number")[:MAX_UPDATES]
    context = {
        "window": row,
        "state": state,
        "text": safe_html(row.text),
        "surfaces": list(row.surfaces.all()),
        "said": [(update, safe_html(update.text)) for update in updates],
        "steps": [(name, step.label) for name, step in _STEPS.items() if rules.may(name, state)],
    }
    return render(request, "comms/maintenance.html", context)


@requires("maintenance.change")
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The form of a step. One that the state does not allow redirects to the window."""
    row = get_object_or_404(Maintenance, pk=pk)
    chosen, now, zone = _STEPS[name], clock.now(), zone_of(request.user, request.COOKIES)
    if request.method != "POST" and not rules.may(name, row.state(now)):
        return redirect(row)

    def do(form: Any) -> str:
        chosen.do(request.actor, pk, **_action_arguments(form), now=now, once=form.key)
        return row.get_absolute_url()

    options: dict[str, Any] = {"now": now, "zone": zone}
    if name in {"change", "extend"}:
        options["initial"] = initial_of(row, zone) | {"note": ""}
        if name == "extend":
            options["initial"] = {"ends_at": options["initial"]["ends_at"]}

    def context() -> dict[str, Any]:
        return {
            "window": row,
            "heading": chosen.label,
            "button": chosen.button,
            "drastic": name == "cancel",
        }

    return submit(
        request, "comms/maintenance_step.html", chosen.form, do, context=context, **options
    )


def _action_arguments(form: Any) -> dict[str, Any]:
    if isinstance(form, ChangeForm):
        return {"planned": form.planned(), "text": form.cleaned_data["note"]}
    cleaned: dict[str, Any] = form.values()
    return cleaned
