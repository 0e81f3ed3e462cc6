"""Published messages: an update, an escalation, a leadership note."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from comms.messages import plain_text
from comms.models import Escalation, LeadershipNote, Update
from comms.models.message import Message
from comms.status.markdown import safe_html
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import incident_roles, may
from incidents.vocabulary import LaneKind
from incidents.web.access import requires
from kernel import clock


@requires("message.read")
def update(request: HttpRequest, incident: Incident, message: int) -> HttpResponse:
    row = _get(incident, Update, message, "lapse")
    states = row.surface_states.select_related("surface").order_by("surface__name")
    return _page(
        request,
        "comms/update.html",
        row,
        states=states,
        impact=safe_html(row.impact),
        mitigation=safe_html(row.mitigation),
    )


@requires("escalation.read", enter="escalation.read")
def escalation(request: HttpRequest, incident: Incident, message: int) -> HttpResponse:
    return _page(
        request, "comms/escalation.html", _get(incident, Escalation, message, "owner", "lapse")
    )


@requires("leadership.read", enter="leadership.read")
def leadership(request: HttpRequest, incident: Incident, message: int) -> HttpResponse:
    return _page(request, "comms/leadership.html", _get(incident, LeadershipNote, message, "owner"))


@requires("message.read")
def update_text(request: HttpRequest, incident: Incident, message: int) -> HttpResponse:
    return _text(plain_text.update(_get(incident, Update, message)))


@requires("escalation.read", enter="escalation.read")
def escalation_text(request: HttpRequest, incident: Incident, message: int) -> HttpResponse:
    return _text(plain_text.escalation(_get(incident, Escalation, message, "owner")))


@requires("leadership.read", enter="leadership.read")
def leadership_text(request: HttpRequest, incident: Incident, message: int) -> HttpResponse:
    return _text(plain_text.leadership_note(_get(incident, LeadershipNote, message, "owner")))


def _text(text: str) -> HttpResponse:
    # As plain text, so that a browser without script shows it instead of saving it.
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Cache-Control"] = "no-store"
    return response


def _get[M: Message](incident: Incident, kind: type[M], number: int, *read: str) -> M:
    rows = kind._default_manager.select_related("incident", "published_by", "corrects", *read)
    return get_object_or_404(rows, incident=incident, number=number)


def _page(request: HttpRequest, template: str, message: Message, **more: object) -> HttpResponse:
    incident = message.incident
    who = incident_roles(request.actor, incident, LaneKind.COMMUNICATION.value)
    context = {
        "incident": incident,
        "may_enter": may("room.view", who),
        "bar": bar(incident, clock.now()) if may("room.view", who) else None,
        "message": message,
        "correction": message.corrections.first(),
        "may_publish": may("message.publish", who),
        **more,
    }
    return render(request, template, context)
