"""Pages of the closure gate: what closing needs, the statement, and the closing itself."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
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
from retros.closing import actions
from retros.closing import facts as gate_facts
from retros.closing.forms import statement_form
from retros.closing.rules import Remedy, judge
from retros.models import Statement
from retros.vocabulary import Ending

MAX_ATTEMPTS = 10
"""Refused closings on the page; the timeline has them all."""

_HERE = {
    "closing": "#closing",
    "closing-trigger": "#id_trigger",
    "closing-owner": "#id_watch_owner",
    "closing-ending": "#id_ending",
    "closing-risk": "#id_cause_risk",
    "closing-item": "#id_cause_item",
}
_RUN = "?purpose=verification&lane=verification"


@requires("gate.read")
def gate(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Each condition with links to what would meet it, and the closing form for the commander."""
    now = clock.now()
    # Read before a closing, whose refusal saves the statement.
    saved = gate_facts.saved_statement(incident)

    def submitted(form: WarroomForm) -> str:
        statement = form.statement()
        if request.POST.get("do") == "close":
            closing = actions.close(
                request.actor, incident.pk, statement=statement, now=now, once=form.key
            )
            return closing.get_absolute_url()
        actions.save_statement(request.actor, incident.pk, statement, now=now, once=form.key)
        return f"{request.path}#closing"

    return submit(
        request,
        "retros/gate.html",
        statement_form(incident),
        submitted,
        context=lambda: _page_context(request, incident, saved, now),
        initial=_initial(incident) | _ending_of_link(request),
    )


def _page_context(
    request: HttpRequest,
    incident: Incident,
    saved: Statement | None,
    now: datetime,
) -> dict[str, Any]:
    return {
        **_gate_context(incident, saved, now),
        "bar": bar(incident, now),
        "may_close": incident.status == Status.ACTIVE and may("incident.close", request.who),
        "attempts": _attempts(incident),
        "seen": _version(incident),
    }


def _gate_context(incident: Incident, saved: Statement | None, now: datetime) -> dict[str, Any]:
    """Every condition of the gate with its links, and how many are met."""
    conditions = judge(gate_facts.read_gate(cached_facts(incident), saved, now))
    rows = [(c, [_link(incident, remedy) for remedy in c.remedies]) for c in conditions]
    return {
        "incident": incident,
        "now": now,
        "conditions": conditions,
        "main": [(c, links) for c, links in rows if c.is_main],
        "further": [(c, links) for c, links in rows if not c.is_main],
        "met": sum(c.met for c in conditions),
        "met_main": sum(c.met for c in conditions if c.is_main),
        "met_further": sum(c.met for c in conditions if not c.is_main),
        "is_open": all(c.met for c in conditions),
    }


def _link(incident: Incident, remedy: Remedy) -> tuple[str, str]:
    """A remedy as label and address."""
    page = reverse("gate", args=[incident.pk])
    if remedy.to in _HERE:
        return remedy.label, page + _HERE[remedy.to]
    if remedy.to == "capture-run":
        return remedy.label, reverse("capture", args=[incident.pk]) + _RUN
    args = [incident.pk] if remedy.arg is None else [incident.pk, remedy.arg]
    return remedy.label, reverse(remedy.to, args=args)


def _attempts(incident: Incident) -> list[TimelineEntry]:
    rows = TimelineEntry.objects.filter(incident=incident, kind="closing.refused")
    return list(rows.order_by("-seq")[:MAX_ATTEMPTS])


def _version(incident: Incident) -> str:
    """When the statement that the page shows was written; a refused closing has saved its own."""
    at = Statement.objects.filter(pk=incident.pk).values_list("written_at", flat=True).first()
    return at.isoformat() if at else ""


def _ending_of_link(request: HttpRequest) -> dict[str, str]:
    """The ending that the link to this page is about (``?ending=alone``)."""
    ending = request.GET.get("ending", "")
    return {"ending": ending} if ending in Ending.values else {}


def _initial(incident: Incident) -> dict[str, Any]:
    row = Statement.objects.filter(pk=incident.pk).first()
    if row is None:
        return {}
    names = ("happened", "path", "uncertain", "need", "confidence", "trigger", "ending")
    keys = ("watch_owner", "cause_risk", "cause_item")
    return {name: getattr(row, name) for name in names} | {
        name: getattr(row, f"{name}_id") for name in keys
    }
