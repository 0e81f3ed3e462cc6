"""Writing a message: prefilled from facts, saved while typing, refused with every violation."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.http import require_POST

from comms import actions
from comms.facts import promises
from comms.facts.messages import cadence
from comms.messages import audience_size, message_drafts, message_log, preview
from comms.messages.forms import (
    EscalationForm,
    LapseForm,
    LeadershipNoteForm,
    MessageForm,
    UpdateForm,
)
from comms.models import Escalation, LeadershipNote, MessageDraft, Update
from comms.models.message import Message
from comms.rules.commitment import Promise, PromiseKind
from comms.vocabulary import MessageKind
from incidents.actions.transaction import next_number
from incidents.facts import incident as incident_facts
from incidents.models import Incident
from incidents.panels.room import bar
from incidents.rules.wording import duration
from incidents.web.access import requires
from incidents.web.drafts import draft_response
from incidents.web.submit import submit
from incidents.web.time_zone import COOKIE, number, zone_of
from kernel import clock
from kernel.refusal import Refused

MAX_MESSAGES = 5
"""At most so many messages beside the form; the lane shows more."""


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of message: its form, its template, its view, and the action that publishes it."""

    kind: MessageKind
    model: type[Message]
    form: type[MessageForm]
    template: str
    view: str
    publish: Callable[..., Message]


_KINDS = {
    kind.kind: kind
    for kind in (
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
            LeadershipNoteForm,
            "comms/write_leadership.html",
            "leadership-write",
            actions.publish_leadership_note,
        ),
    )
}


@requires("message.publish")
def write(request: HttpRequest, incident: Incident, lane: str, kind: str) -> HttpResponse:
    """The form of one kind. Submitting publishes the message, or saves it as a draft."""
    message_kind = _KINDS[MessageKind(kind)]
    prefilled = _prefilled_form(request, incident, message_kind)
    if request.method != "POST":
        return _page(request, incident, message_kind, prefilled)
    form = prefilled.form
    key, now = form.cleaned_data.get("once"), clock.now()
    if "keep" in request.POST:
        draft = _save(request, incident, message_kind, form)
        if draft is not None and form.overtaken(draft):
            form.refuse_overtaken(draft)
            return _page(request, incident, message_kind, prefilled, status=409)
        return redirect(message_kind.view, incident.pk)
    try:
        message_kind.publish(request.actor, incident.pk, prefilled.message_input, now=now, once=key)
    except Refused as refusal:
        form.refuse(refusal.violations)
        return _page(request, incident, message_kind, prefilled, status=422)
    return HttpResponseRedirect(incident.get_absolute_url())


@requires("message.publish", keeps=False)
@require_POST
def draft(request: HttpRequest, incident: Incident, lane: str, kind: str) -> HttpResponse:
    """Save what has been typed so far; the page calls this while somebody writes."""
    message_kind = _KINDS[MessageKind(kind)]
    form = _prefilled_form(request, incident, message_kind).form
    return draft_response(form, _save(request, incident, message_kind, form), {"published": True})


def _save(
    request: HttpRequest, incident: Incident, message_kind: _Kind, form: MessageForm
) -> MessageDraft | None:
    return actions.save_draft(
        request.actor,
        incident.pk,
        message_kind.kind,
        form.raw(),
        stamp=form.stamp,
        now=clock.now(),
        once=form.key,
    )


@requires("message.publish", keeps=False)
@require_POST
def preview_message(request: HttpRequest, incident: Incident, lane: str, kind: str) -> HttpResponse:
    """Preview what is typed so far as readers will see it; nothing is saved."""
    message_kind = _KINDS[MessageKind(kind)]
    return render(
        request,
        "comms/_preview.html",
        _preview_context(incident, message_kind, _prefilled_form(request, incident, message_kind)),
    )


@requires("message.publish")
def lapse(
    request: HttpRequest, incident: Incident, lane: str, message: int, kind: str
) -> HttpResponse:
    """Explain why the update that this message promised came late."""
    rows = _KINDS[MessageKind(kind)].model._default_manager.filter(lapse__isnull=False)
    promised = get_object_or_404(
        rows.select_related("lapse__explained_by"), incident=incident, number=message
    )
    return submit(
        request,
        "comms/lapse.html",
        LapseForm,
        lambda form: _explain(request, incident, message, kind, form),
        context=lambda: {
            "incident": incident,
            "bar": bar(incident, clock.now()),
            "message": promised,
        },
    )


def _explain(request: HttpRequest, incident: Incident, message: int, kind: str, form: Any) -> str:
    actions.explain_lapse(
        request.actor,
        incident.pk,
        message,
        kind=PromiseKind(kind),
        now=clock.now(),
        once=form.key,
        **form.values(),
    )
    return incident.get_absolute_url()


def _awaited(incident: Incident, kind: MessageKind) -> Promise | None:
    """What the message would fulfil; an update fulfils the promise of an escalation too."""
    of_escalation = kind == MessageKind.ESCALATION
    return next(
        (
            promise
            for promise in promises.of(incident)
            if not of_escalation or promise.kind == PromiseKind.ESCALATION
        ),
        None,
    )


@dataclass(frozen=True, slots=True)
class _PrefilledForm:
    """A form with its prefill, which is empty for a submitted form."""

    form: MessageForm
    prefill: message_drafts.Prefill
    message_input: Any


def _prefilled_form(
    request: HttpRequest, incident: Incident, message_kind: _Kind
) -> _PrefilledForm:
    now, facts = clock.now(), incident_facts.cached_facts(incident)
    zone = zone_of(request.user, request.COOKIES)
    options: dict[str, Any] = {"request": request, "now": now, "zone": zone}
    if message_kind.form is UpdateForm:
        options["surfaces"] = facts.surfaces
    if request.method == "POST":
        form = message_kind.form(request.POST, **options)
        old = message_drafts.corrected_message(
            incident, message_kind.kind, request.POST.get("corrects", "")
        )
        prefill = message_drafts.Prefill({}, old=old)
    else:
        wanted = number(request.GET.get("corrects"))
        typed_zone = zone if request.user.time_zone or COOKIE in request.COOKIES else None
        prefill = message_drafts.prefill(
            facts, message_kind.kind, request.actor, wanted, now, typed_zone
        )
        form = message_kind.form(initial=dict(prefill.values), **options)
        form.know(prefill.stored)
    bound = form if form.is_bound else message_kind.form(_as_submitted(form), **options)
    bound.is_valid()
    return _PrefilledForm(form, prefill, bound.message_input())


def _as_submitted(form: MessageForm) -> MultiValueDict[str, Any]:
    """The initial values as a browser would submit them, so that they can be previewed."""
    return MultiValueDict({name: [form[name].value() or ""] for name in form.fields})


def _preview_context(
    incident: Incident, message_kind: _Kind, prefilled: _PrefilledForm
) -> dict[str, Any]:
    """The context of the preview."""
    context: dict[str, Any] = {
        "incident": incident,
        "kind": message_kind.kind.value,
        "written": prefilled.message_input,
    }
    if message_kind.kind == MessageKind.UPDATE:
        context["shown"] = preview.preview_incident(
            prefilled.message_input, incident_facts.cached_facts(incident), clock.now()
        )
    return context


def _page(
    request: HttpRequest,
    incident: Incident,
    message_kind: _Kind,
    prefilled: _PrefilledForm,
    status: int = 200,
) -> HttpResponse:
    now, facts = clock.now(), incident_facts.cached_facts(incident)
    allowed = cadence(incident, now)
    rows = message_kind.model._default_manager.filter(incident=incident)
    spoken = message_log.message_log(incident, limit=MAX_MESSAGES)
    audience = getattr(prefilled.message_input, "audience", "")
    context = {
        "bar": bar(incident, now),
        "facts": facts,
        "form": prefilled.form,
        "begun": prefilled.prefill,
        "view": message_kind.view,
        "next": next_number(rows),
        "owed": _awaited(incident, message_kind.kind),
        "cadence": allowed,
        "allowed": duration(allowed.max_interval),
        "latest": now + allowed.max_interval,
        "readers": audience_size.count_readers(
            facts, message_kind.kind, audience, request.actor.id
        ),
        "spoken": spoken,
        "pace": duration(spoken.pace) if spoken.pace else "",
        **_preview_context(incident, message_kind, prefilled),
    }
    return render(request, message_kind.template, context, status=status)
