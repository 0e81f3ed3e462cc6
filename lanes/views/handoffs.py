"""Handing a lane or command over, and the page on which it is answered."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from incidents import facts as incident_facts
from incidents.doors import door
from incidents.facts import Standing
from incidents.forms.base import WarroomForm
from incidents.models import Incident, Person
from incidents.panels import bar
from incidents.permissions import may
from incidents.reader import zone_of
from incidents.vocabulary import LaneKind, RoleName
from lanes import offers
from lanes.actions import handoffs
from lanes.brief import brief_of
from lanes.due import answer_due
from lanes.facts import boundary_of, items_of
from lanes.handoff_forms import COMMAND, AnswerForm, DeclineForm, OfferForm, WithdrawForm
from lanes.models import Handoff
from lanes.offers import Terms
from lanes.rules import handoff as rules
from warroom.kernel import clock
from warroom.kernel.refusal import NotPermitted, Refused


@door("room.view")
def offer(request: HttpRequest, incident: Incident) -> HttpResponse:
    """For the owner of a lane and the commander. ``?lane=`` says what, or ``command``.

    What is handed over is in the form, so the door cannot ask for it: the action does.
    """
    mine = _offerable(request, incident)
    form = _offer_form(request, incident, mine)
    lane = form.wanted
    if request.method == "POST" and form.is_valid():
        try:
            made = handoffs.offer(
                request.actor, incident.pk, form.terms(), lane=lane, now=clock.now(), once=form.key
            )
        except Refused as refusal:
            form.refuse(refusal.violations)
        else:
            return HttpResponseRedirect(made.get_absolute_url())
    context = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "form": form,
        "lane": lane,
        "what": offers.label_of(lane),
        "giver": offers.giver_of(incident, lane),
        "others": [(one or COMMAND, offers.label_of(one)) for one in mine if one != lane],
        "waiting": offers.waiting(incident).get(lane),
        "plan": not offers.ahead(incident, clock.now()),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "lanes/offer.html", context | _test(form), status=status)


def _offer_form(request: HttpRequest, incident: Incident, mine: list[str]) -> OfferForm:
    """Filled in from the record for what the address names; a form that came back keeps its own."""
    now = clock.now()
    wanted = request.GET.get("lane", "")
    lane = "" if wanted == COMMAND else wanted
    if lane not in mine:
        lane = mine[0]
    first = _first(incident, lane, now)
    if request.method == "POST":
        form = OfferForm(request.POST, request=request)
    else:
        form = OfferForm(request=request, initial=_initial(first, lane))
    if form.wanted not in {"", *LaneKind.values}:
        raise Http404("There is no such lane")
    giver = offers.giver_of(incident, form.wanted)
    if not form.is_bound:
        form.violations_ahead = rules.violations(offers.judged(incident, first, lane, giver, now))
    form.choose_from(
        _receivers(incident, giver),
        _after(incident_facts.of(incident), form.wanted),
        offers.ahead(incident, now),
        zone_of(request),
    )
    return form


def _test(form: OfferForm) -> dict[str, Any]:
    """The four parts as they stand: before anything is typed, and after a refusal."""
    found = form.violations if form.is_bound else form.violations_ahead
    missing = rules.unmet(found)
    return {
        "parts": [(label, code not in missing) for code, label in rules.PARTS.items()],
        "held": len(rules.PARTS) - len(missing),
    }


def _offerable(request: HttpRequest, incident: Incident) -> list[str]:
    """What the reader may hand over: their own lanes first, then what command allows."""
    standing = incident_facts.of(incident)
    lanes = [lane.value for lane in LaneKind if standing.holder(RoleName.LANE_OWNER, lane)]
    mine = [one for one in lanes if standing.holder(RoleName.LANE_OWNER, one) == request.user]
    if may("role.assign", request.who):
        return [*mine, "", *(one for one in lanes if one not in mine)]
    if not mine:
        raise NotPermitted(
            "A lane is its owner's to hand over, and command the commander's. Ask them, or take"
            " over what they offer you."
        )
    return mine


def _first(incident: Incident, lane: str, now: datetime) -> Terms:
    """What the record knows already: boundary, open unknowns, the next checkpoint."""
    items = [item for item in items_of([incident])[incident.pk] if item.lane == lane]
    scope, ahead = boundary_of(items), offers.ahead(incident, now)
    return Terms(
        included=scope.included,
        excluded=scope.excluded,
        unknowns="\n".join(one.line for one in offers.known(incident, lane)),
        checkpoint=ahead[0].number if ahead else None,
    )


def _initial(first: Terms, lane: str) -> dict[str, Any]:
    return {
        "lane": lane or COMMAND,
        "included": "\n".join(first.included),
        "excluded": "\n".join(first.excluded),
        "unknowns": first.unknowns,
        "checkpoint": first.checkpoint,
    }


def _receivers(incident: Incident, giver: Person | None) -> list[Person]:
    """Who can act and may know of the incident, without the giver."""
    people = Person.objects.who_can_respond()
    if incident.restricted:
        people = people.filter(participations__incident=incident)
    return [person for person in people if person != giver]


def _after(standing: Standing, lane: str) -> Person | None:
    """Who follows in the scenario's handoff chain."""
    chain = list(standing.scenario.chain) if standing.scenario else []
    step = lane or RoleName.COMMANDER.value
    if step not in chain[:-1]:
        return None
    following = chain[chain.index(step) + 1]
    if following in LaneKind.values:
        return standing.holder(RoleName.LANE_OWNER, following)
    return standing.holder(following)


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
    return made.incident.get_absolute_url()


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
