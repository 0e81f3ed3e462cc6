"""A handoff: the page on which it is read, and answered."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from incidents.models import Incident
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.web.access import requires
from incidents.web.forms import WarroomForm
from kernel import clock
from kernel.refusal import Refused
from lanes.facts import handoffs as handoff_facts
from lanes.facts.handoffs import answer_due
from lanes.facts.watch_port import watch_of
from lanes.handoff import actions as handoffs
from lanes.handoff.brief import brief_of
from lanes.handoff.forms import AnswerForm, DeclineForm, WithdrawForm
from lanes.models import Handoff
from lanes.rules import handoff as rules


@requires("room.view")
def handoff(request: HttpRequest, incident: Incident, handoff: int) -> HttpResponse:
    """A handoff as its receiver reads it before answering; its giver can withdraw it."""
    return _page(request, incident, _find(incident, handoff))


@requires("handoff.answer")
def accept(request: HttpRequest, incident: Incident, handoff: int) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        accepted = handoffs.accept(
            request.actor, incident.pk, handoff, now=clock.now(), once=form.key
        )
        return _next_page(accepted)

    return _answer(request, incident, handoff, AnswerForm, do)


@requires("handoff.answer")
def decline(request: HttpRequest, incident: Incident, handoff: int) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        handoffs.decline(
            request.actor,
            incident.pk,
            handoff,
            now=clock.now(),
            once=form.key,
            **form.values(),
        )
        return incident.get_absolute_url()

    return _answer(request, incident, handoff, DeclineForm, do)


@requires("handoff.withdraw")
def withdraw(request: HttpRequest, incident: Incident, handoff: int) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        withdrawn = handoffs.withdraw(
            request.actor,
            incident.pk,
            handoff,
            now=clock.now(),
            once=form.key,
            **form.values(),
        )
        return _next_page(withdrawn)

    return _answer(request, incident, handoff, WithdrawForm, do)


def _find(incident: Incident, number: int) -> Handoff:
    rows = incident.handoffs.select_related("giver", "receiver", "checkpoint")
    return get_object_or_404(rows, number=number)


def _next_page(handoff: Handoff) -> str:
    if handoff.lane:
        return reverse("lane", args=[handoff.incident_id, handoff.lane])
    watch = watch_of(handoff.incident) if handoff.is_of_watch else None
    return watch.href if watch is not None else handoff.incident.get_absolute_url()


def _answer(
    request: HttpRequest,
    incident: Incident,
    number: int,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], str],
) -> HttpResponse:
    """Handle a form of the handoff's page; a refusal shows the page again."""
    handoff = _find(incident, number)
    if request.method != "POST":
        return _page(request, incident, handoff, form_class(request=request))
    form = form_class(request.POST, request=request)
    status = 422
    if form.is_valid():
        try:
            return HttpResponseRedirect(do(form))
        except Refused as refusal:
            form.refuse(refusal.violations)
            status = 409 if refusal.violations[0].code == rules.ENDED else 422
    return _page(request, incident, _find(incident, number), form, status)


def _page(
    request: HttpRequest,
    incident: Incident,
    handoff: Handoff,
    form: WarroomForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    is_receiver = handoff.is_open and handoff.receiver == request.user
    may_withdraw = handoff.giver == request.user or may("role.assign", request.who)
    parts = handoff_facts.acceptance_test(handoff, now)
    context = {
        "incident": incident,
        "bar": bar(incident, now),
        "handoff": handoff,
        "parts": parts,
        "parts_met": sum(holds for *_, holds in parts),
        "reminded_at": answer_due(handoff),
        "brief": brief_of(incident, handoff, now),
        "form": form,
        "is_receiver": is_receiver,
        "may_withdraw": handoff.is_open and may_withdraw and not is_receiver,
        "accept_form": AnswerForm(request=request, auto_id=False),
        "decline_form": _form(request, form, DeclineForm),
        "withdraw_form": _form(request, form, WithdrawForm),
    }
    again = request.htmx and not request.htmx.history_restore_request
    template = "lanes/handoff.html#sections" if again else "lanes/handoff.html"
    return render(request, template, context, status=status)


def _form(
    request: HttpRequest, sent: WarroomForm | None, form_class: type[WarroomForm]
) -> WarroomForm:
    return sent if isinstance(sent, form_class) else form_class(request=request)
