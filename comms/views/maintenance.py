"""Windows of planned work: those that are ahead, in progress and over, and each step of one."""

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
    MaySayForm,
    PlanForm,
    SayForm,
    TimedForm,
    standing,
)
from comms.messages.markdown import safe_html
from comms.models import Maintenance
from comms.rules import maintenance as rules
from incidents.web.access import requires
from incidents.web.submit import submit
from incidents.web.time_zone import zone_of
from kernel import clock

A_PAGE = 30
SAID = 50
"""Updates of a window shown at once, the newest."""


@dataclass(frozen=True, slots=True)
class _Step:
    """``heading`` names the page, ``button`` what is pressed; ``label`` leads there."""

    form: type[TimedForm]
    do: Callable[..., Maintenance]
    label: str
    button: str


_STEPS = {
    "change": _Step(ChangeForm, actions.change, "Change", "Change the window"),
    "begin": _Step(MaySayForm, actions.begin, "Begin now", "Begin now"),
    "end": _Step(MaySayForm, actions.end, "End now", "End now"),
    "extend": _Step(ExtendForm, actions.extend, "Extend", "Extend the window"),
    "note": _Step(SayForm, actions.note, "Add a note", "Publish the note"),
    "cancel": _Step(SayForm, actions.cancel, "Cancel", "Cancel the window"),
}


@requires("maintenance.change")
def windows(request: HttpRequest) -> HttpResponse:
    """Every window, the latest first."""
    rows = Maintenance.objects.order_by("-starts_at", "-pk").prefetch_related("surfaces")
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    now = clock.now()
    shown = [(row, row.state(now)) for row in page]
    return render(request, "comms/maintenances.html", {"page": page, "shown": shown})


@requires("maintenance.change")
def plan(request: HttpRequest) -> HttpResponse:
    now = clock.now()

    def do(form: Any) -> str:
        made = actions.plan(request.actor, form.planned(), now=now, once=form.key)
        return made.get_absolute_url()

    context = {"heading": "Plan maintenance", "button": "Publish the window"}
    options = {"now": now, "zone": zone_of(request), "initial": {"audience": "public"}}
    return submit(request, "comms/maintenance_step.html", PlanForm, do, context=context, **options)


@requires("maintenance.change")
def window(request: HttpRequest, pk: int) -> HttpResponse:
    """One window, what was said of it, and what may be done with it now."""
    row = get_object_or_404(Maintenance.objects.select_related("planned_by"), pk=pk)
    state = row.state(clock.now())
    said = row.updates.select_related("published_by").order_by("-number")[:SAID]
    context = {
        "window": row,
        "state": state,
        "text": safe_html(row.text),
        "surfaces": list(row.surfaces.all()),
        "said": [(one, safe_html(one.text)) for one in said],
        "steps": [(name, one.label) for name, one in _STEPS.items() if rules.may(name, state)],
    }
    return render(request, "comms/maintenance.html", context)


@requires("maintenance.change")
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """One step: its question, then done. One that may not be taken leads back to the window."""
    row = get_object_or_404(Maintenance, pk=pk)
    of, now, zone = _STEPS[name], clock.now(), zone_of(request)
    if request.method != "POST" and not rules.may(name, row.state(now)):
        return redirect(row)

    def do(form: Any) -> str:
        of.do(request.actor, pk, **_said(form), now=now, once=form.key)
        return row.get_absolute_url()

    options: dict[str, Any] = {"now": now, "zone": zone}
    if name in {"change", "extend"}:
        options["initial"] = standing(row, zone) | {"note": ""}
        if name == "extend":
            options["initial"] = {"ends_at": options["initial"]["ends_at"]}
    context = {"window": row, "heading": of.label, "button": of.button, "drastic": name == "cancel"}
    return submit(request, "comms/maintenance_step.html", of.form, do, context=context, **options)


def _said(form: Any) -> dict[str, Any]:
    if isinstance(form, ChangeForm):
        return {"written": form.planned(), "text": form.cleaned_data["note"]}
    said: dict[str, Any] = form.values()
    return said
