"""The closure gate: what closing needs, the statement, and the closing itself."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from incidents.facts.incident import cached_facts
from incidents.models import Incident, TimelineEntry
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import Status
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock
from retros.closing import actions as closing
from retros.closing import facts as gate_facts
from retros.closing.forms import StatementForm
from retros.closing.rules import Mend, judge
from retros.models import Statement

ATTEMPTS = 10
"""Refused closings shown; the timeline has them all."""

_HERE = {
    "closing": "#closing",
    "closing-trigger": "#id_trigger",
    "closing-owner": "#id_watch_owner",
}
_RUN = "?purpose=verification&lane=verification"


@requires("gate.read")
def gate(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Each condition with what mends it, and for who commands the closing form."""
    now = clock.now()
    context = {
        **standing(incident, now),
        "bar": bar(incident, now),
        "may_close": incident.status == Status.ACTIVE and may("incident.close", request.who),
        "attempts": _attempts(incident),
    }

    def do(form: WarroomForm) -> str:
        closes = request.POST.get("do") == "close"
        stated = form.stated()
        if closes:
            closing.close(request.actor, incident.pk, stated=stated, now=now, once=form.key)
            return reverse("watch", args=[incident.pk])
        closing.state(request.actor, incident.pk, stated, now=now, once=form.key)
        return f"{request.path}#closing"

    return submit(
        request, "retros/gate.html", StatementForm, do, context=context, initial=_stated(incident)
    )


@requires("gate.read")
def summary(request: HttpRequest, incident: Incident) -> HttpResponse:
    """``GET /INC-42/gate/summary/``: what closing will need, as the room shows it."""
    return render(request, "retros/_gate_summary.html", standing(incident, clock.now()))


def standing(incident: Incident, now: datetime) -> dict[str, Any]:
    """How far the gate is open at this moment."""
    found = judge(gate_facts.ending_of(cached_facts(incident), now))
    shown = [(one, [_link(incident, mend) for mend in one.mends]) for one in found]
    return {
        "incident": incident,
        "now": now,
        "conditions": found,
        "main": [(one, links) for one, links in shown if one.is_main],
        "further": [(one, links) for one, links in shown if not one.is_main],
        "met": _met(found),
        "met_main": _met(one for one in found if one.is_main),
        "met_further": _met(one for one in found if not one.is_main),
        "is_open": all(one.met for one in found),
    }


def _met(conditions: Any) -> int:
    return sum(one.met for one in conditions)


def _link(incident: Incident, mend: Mend) -> tuple[str, str]:
    """Its label, and where it leads."""
    page = reverse("gate", args=[incident.pk])
    if mend.to in _HERE:
        return mend.label, page + _HERE[mend.to]
    if mend.to == "capture-run":
        return mend.label, reverse("capture", args=[incident.pk]) + _RUN
    args = [incident.pk] if mend.arg is None else [incident.pk, mend.arg]
    return mend.label, reverse(mend.to, args=args)


def _attempts(incident: Incident) -> list[TimelineEntry]:
    rows = TimelineEntry.objects.filter(incident=incident, kind="closing.refused")
    return list(rows.order_by("-seq")[:ATTEMPTS])


def _stated(incident: Incident) -> dict[str, Any]:
    row = Statement.objects.filter(pk=incident.pk).first()
    if row is None:
        return {}
    names = ("happened", "path", "uncertain", "need", "confidence", "trigger")
    return {name: getattr(row, name) for name in names} | {"watch_owner": row.watch_owner_id}
