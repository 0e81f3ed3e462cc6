"""Writing a message: drafted from facts, saved as it is typed, refused with all that is unmet."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from comms import actions
from comms.messages import audience_size, message_drafts, message_log, preview, promises
from comms.messages.facts import cadence
from comms.messages.forms import EscalationForm, LapseForm, MessageForm, NoteForm, UpdateForm
from comms.models import Escalation, LeadershipNote, Update
from comms.models.message import Message
from comms.vocabulary import MessageKind
from incidents.actions.transaction import next_number
from incidents.facts import incident as incident_facts
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.rules.wording import duration
from incidents.web.access import requires
from incidents.web.submit import submit
from incidents.web.time_zone import COOKIE, number, zone_of
from kernel import clock
from kernel.refusal import Refused

SAID = 5
"""Messages beside the form; the lane has more."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of message: its form, its page, its address, and the action that publishes it."""

    kind: MessageKind
    model: type[Message]
    form: type[MessageForm]
    template: str
    view: str
    publish: Callable[..., Message]


_KINDS = {
    one.kind: one
    for one in (
        _Kind(
            MessageKind.UPDATE,
            Update,
            UpdateForm,
            "comms/write_update.html",
            "update-write",
            actions.publish_update,
        ),
        _Kind(
            MessageKind.ESCALATION,
            Escalation,
            EscalationForm,
            "comms/write_escalation.html",
            "escalation-write",
            actions.publish_escalation,
        ),
        _Kind(
            MessageKind.LEADERSHIP,
            LeadershipNote,
            NoteForm,
            "comms/write_leadership.html",
            "leadership-write",
            actions.publish_leadership_note,
        ),
    )
}


@requires("message.publish")
def write(request: HttpRequest, incident: Incident, lane: str, kind: str) -> HttpResponse:
    """The form of one kind; sent, it is published, or kept as a draft when that was asked."""
    of = _KINDS[MessageKind(kind)]
    begun = _draft(request, incident, of)
    if request.method != "POST":
        return _page(request, incident, of, begun)
    form = begun.form
    key, now = form.cleaned_data.get("once"), clock.now()
    if "keep" in request.POST:
        actions.save_draft(request.actor, incident.pk, of.kind, form.raw(), now=now, once=key)
        return redirect(of.view, incident.pk)
    try:
        of.publish(request.actor, incident.pk, begun.written, now=now, once=key)
    except Refused as refusal:
        form.refuse(refusal.violations)
        return _page(request, incident, of, begun, status=422)
    return HttpResponseRedirect(incident.get_absolute_url())


@requires("message.publish", keeps=False)
@require_POST
def draft(request: HttpRequest, incident: Incident, lane: str, kind: str) -> HttpResponse:
    """Keep what has been typed so far; the page asks for this while somebody writes."""
    of = _KINDS[MessageKind(kind)]
    form = _draft(request, incident, of).form
    saved = actions.save_draft(
        request.actor,
        incident.pk,
        of.kind,
        form.raw(),
        now=clock.now(),
        once=form.cleaned_data.get("once"),
    )
    if saved is None:
        return JsonResponse({"published": True}, status=409)
    return JsonResponse({"saved_at": saved.saved_at.isoformat()})


@requires("message.publish", keeps=False)
@require_POST
def look(request: HttpRequest, incident: Incident, lane: str, kind: str) -> HttpResponse:
    """What is typed so far as its readers will see it; nothing is kept."""
    of = _KINDS[MessageKind(kind)]
    return render(
        request, "comms/_preview.html", _looks(incident, of, _draft(request, incident, of))
    )


@requires("message.publish")
def lapse(request: HttpRequest, incident: Incident, lane: str, message: int) -> HttpResponse:
    """Why the update that another promised came late."""
    made = get_object_or_404(
        Update.objects.filter(incident=incident, lapse__isnull=False).select_related(
            "lapse__explained_by"
        ),
        number=message,
    )
    return submit(
        request,
        "comms/lapse.html",
        LapseForm,
        lambda form: _explained(request, incident, message, form),
        context={"incident": incident, "bar": bar(incident, clock.now()), "message": made},
    )


def _explained(request: HttpRequest, incident: Incident, message: int, form: Any) -> str:
    actions.explain_lapse(
        request.actor, incident.pk, message, now=clock.now(), once=form.key, **form.values()
    )
    return incident.get_absolute_url()


@dataclass(frozen=True, slots=True)
class _Draft:
    """The form with what it begins from; nothing of the kind once it was sent."""

    form: MessageForm
    begun: message_drafts.Begun
    written: Any


def _draft(request: HttpRequest, incident: Incident, of: _Kind) -> _Draft:
    now, standing, zone = clock.now(), incident_facts.cached_facts(incident), zone_of(request)
    options: dict[str, Any] = {"request": request, "now": now, "zone": zone}
    if of.form is UpdateForm:
        options["surfaces"] = standing.surfaces
    if request.method == "POST":
        form = of.form(request.POST, **options)
        old = message_drafts.old_of(incident, of.kind, request.POST.get("corrects", ""))
        begun = message_drafts.Begun({}, old=old)
    else:
        wanted = number(request.GET.get("corrects"))
        told = zone if request.user.time_zone or COOKIE in request.COOKIES else None
        begun = message_drafts.begun(standing, of.kind, request.actor, wanted, now, told)
        form = of.form(initial=dict(begun.values), **options)
    bound = form if form.is_bound else of.form(_as_sent(form), **options)
    bound.is_valid()
    return _Draft(form, begun, bound.written())


def _as_sent(form: MessageForm) -> MultiValueDict[str, Any]:
    """The first values as a browser would send them, to be shown as they would be read."""
    return MultiValueDict({name: [form[name].value() or ""] for name in form.fields})


def _looks(incident: Incident, of: _Kind, draft: _Draft) -> dict[str, Any]:
    """What the preview shows."""
    looks: dict[str, Any] = {
        "incident": incident,
        "kind": of.kind.value,
        "written": draft.written,
    }
    if of.kind == MessageKind.UPDATE:
        looks["shown"] = preview.shown(
            draft.written, incident_facts.cached_facts(incident), clock.now()
        )
    return looks


def _page(
    request: HttpRequest, incident: Incident, of: _Kind, draft: _Draft, status: int = 200
) -> HttpResponse:
    now, standing = clock.now(), incident_facts.cached_facts(incident)
    allowed = cadence(incident, now)
    rows = of.model._default_manager.filter(incident=incident)
    spoken = message_log.spoken(incident, most=SAID)
    audience = getattr(draft.written, "audience", "")
    context = {
        "bar": bar(incident, now),
        "facts": standing,
        "form": draft.form,
        "begun": draft.begun,
        "view": of.view,
        "next": next_number(rows),
        "owed": next(iter(promises.of(incident)), None),
        "cadence": allowed,
        "allowed": duration(allowed.longest),
        "latest": now + allowed.longest,
        "readers": audience_size.readers(standing, of.kind, audience),
        "spoken": spoken,
        "pace": duration(spoken.pace) if spoken.pace else "",
        **_looks(incident, of, draft),
    }
    return render(request, of.template, context, status=status)
