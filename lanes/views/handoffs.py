"""A handoff: the page on which it is read, and answered."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from incidents.doors import door
from incidents.forms.base import WarroomForm
from incidents.models import Incident
from incidents.panels import bar
from incidents.permissions import may
from lanes import offers
from lanes.actions import handoffs
from lanes.brief import brief_of
from lanes.due import answer_due
from lanes.handoff_forms import AnswerForm, DeclineForm, WithdrawForm
from lanes.models import Handoff
from lanes.watch import watch_of
from warroom.kernel import clock
from warroom.kernel.refusal import Refused


@door("room.view")
def handoff(request: HttpRequest, incident: Incident, handoff: int) -> HttpResponse:
    """A handoff as its receiver reads it before answering; its giver can withdraw it."""
    return _page(request, incident, _find(incident, handoff))


@door("handoff.answer")
def accept(request: HttpRequest, incident: Incident, handoff: int) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        made = handoffs.accept(request.actor, incident.pk, handoff, now=clock.now(), once=form.key)
        return _leads_to(made)

    return _answer(request, incident, handoff, AnswerForm, do)


@door("handoff.answer")
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


@door("handoff.withdraw")
def withdraw(request: HttpRequest, incident: Incident, handoff: int) -> HttpResponse:
    def do(form: WarroomForm) -> str:
        made = handoffs.withdraw(
            request.actor,
            incident.pk,
            handoff,
            now=clock.now(),
            once=form.key,
            **form.values(),
        )
        return _leads_to(made)

    return _answer(request, incident, handoff, WithdrawForm, do)


def _find(incident: Incident, number: int) -> Handoff:
    rows = incident.handoffs.select_related("giver", "receiver", "checkpoint")
    return get_object_or_404(rows, number=number)


def _leads_to(made: Handoff) -> str:
    if made.lane:
        return reverse("lane", args=[made.incident_id, made.lane])
    watch = watch_of(made.incident) if made.is_of_watch else None
    return watch.href if watch is not None else made.incident.get_absolute_url()


def _answer(
    request: HttpRequest,
    incident: Incident,
    number: int,
    form_class: type[WarroomForm],
    do: Callable[[WarroomForm], str],
) -> HttpResponse:
    """Sent from the page of the handoff, and shown there again when it is refused."""
    made = _find(incident, number)
    if request.method != "POST":
        return _page(request, incident, made, form_class(request=request))
    form = form_class(request.POST, request=request)
    status = 422
    if form.is_valid():
        try:
            return HttpResponseRedirect(do(form))
        except Refused as refusal:
            form.refuse(refusal.violations)
            status = 409 if refusal.violations[0].code == "H-STATE" else 422
    return _page(request, incident, _find(incident, number), form, status)


def _page(
    request: HttpRequest,
    incident: Incident,
    made: Handoff,
    form: WarroomForm | None = None,
    status: int = 200,
) -> HttpResponse:
    now = clock.now()
    is_receiver = made.is_open and made.receiver == request.user
    may_withdraw = made.giver == request.user or may("role.assign", request.who)
    parts = offers.tested(made, now)
    context = {
        "incident": incident,
        "bar": bar(incident, now),
        "handoff": made,
        "parts": parts,
        "held": sum(holds for *_, holds in parts),
        "reminded_at": answer_due(made),
        "brief": brief_of(incident, made, now),
        "form": form,
        "is_receiver": is_receiver,
        "may_withdraw": made.is_open and may_withdraw and not is_receiver,
        "accept_form": AnswerForm(request=request, auto_id=False),
        "decline_form": _form(request, form, DeclineForm),
        "withdraw_form": _form(request, form, WithdrawForm),
    }
    again = request.htmx and not request.htmx.history_restore_request
    template = "lanes/_handoff_now.html" if again else "lanes/handoff.html"
    return render(request, template, context, status=status)


def _form(
    request: HttpRequest, sent: WarroomForm | None, form_class: type[WarroomForm]
) -> WarroomForm:
    return sent if isinstance(sent, form_class) else form_class(request=request)
