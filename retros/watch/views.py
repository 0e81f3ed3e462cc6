"""Pages of the 24 h watch: check-ins, firing the trigger, opening the incident again."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse

from incidents.actions.role_steps import holder
from incidents.models import Assignment, Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import RoleName, Status
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from incidents.web.submit import submit
from kernel import clock
from lanes.facts import handoffs as handoff_facts
from lanes.vocabulary import WATCH
from retros.closing.forms import CheckInForm, FireForm, ReopenForm
from retros.models import Closing
from retros.watch import actions as watching
from retros.watch.facts import unscheduled_check_ins, watch_href


def _page(
    request: HttpRequest,
    incident: Incident,
    template: str,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], object],
    back: str,
) -> HttpResponse:
    def submitted(form: WarroomForm) -> str:
        do(form)
        return back

    def context() -> dict[str, Any]:
        return _context(request, incident, clock.now())

    return submit(request, template, form_class, submitted, context=context)


def _context(request: HttpRequest, incident: Incident, now: datetime) -> dict[str, Any]:
    last = incident.closings.select_related("closed_by").last()
    owner = holder(incident, RoleName.WATCH_OWNER)
    return {
        "incident": incident,
        "bar": bar(incident, now),
        "now": now,
        "closing": last,
        "is_watched": last is not None and last.is_watched,
        "check_ins": list(last.check_ins.select_related("answered_by")) if last else [],
        "own_check_ins": unscheduled_check_ins(last) if last else [],
        "owner": owner,
        "can_act": owner is not None and handoff_facts.is_fit(owner),
        "may_assign": may("role.assign", request.who),
        "before": list(_earlier_owners(last)) if last else [],
        "offer": handoff_facts.open_handoffs(incident).get(WATCH),
        "may_hand_over": may("handoff.offer_watch", request.who),
        "may_check_in": may("watch.check_in", request.who),
        "may_fire": may("watch.fire", request.who),
        "may_reopen": incident.status in {Status.WATCHING, Status.CLOSED}
        and may("incident.reopen", request.who),
    }


def _earlier_owners(last: Closing) -> Iterable[Assignment]:
    """The earlier owners of this watch, each with the time of the handover."""
    rows = Assignment.objects.filter(
        incident=last.incident_id, role=RoleName.WATCH_OWNER, until__gt=last.closed_at
    )
    return rows.select_related("person").order_by("since", "pk")


@requires("watch.read")
def watch(request: HttpRequest, incident: Incident) -> HttpResponse:
    """The watch of the last closing, where its owner checks in. htmx reloads its changing parts."""
    is_refresh = request.htmx and not request.htmx.history_restore_request
    return _page(
        request,
        incident,
        "retros/watch.html#sections" if is_refresh else "retros/watch.html",
        CheckInForm,
        lambda form: watching.check_in(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        watch_href(incident),
    )


@requires("watch.fire")
def fire(request: HttpRequest, incident: Incident) -> HttpResponse:
    """Confirm that the trigger fired; nothing has to be written."""
    return _page(
        request,
        incident,
        "retros/fire.html",
        FireForm,
        lambda form: watching.fire_trigger(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        incident.get_absolute_url(),
    )


@requires("incident.reopen")
def reopen(request: HttpRequest, incident: Incident) -> HttpResponse:
    return _page(
        request,
        incident,
        "retros/reopen.html",
        ReopenForm,
        lambda form: watching.reopen(
            request.actor, incident.pk, now=clock.now(), once=form.key, **form.values()
        ),
        incident.get_absolute_url(),
    )
