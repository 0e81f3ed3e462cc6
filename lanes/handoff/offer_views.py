"""The form in which a lane, command or the watch is handed over."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident, Person
from incidents.panels.room import bar
from incidents.permissions import may
from incidents.vocabulary import LaneKind, RoleName, Status
from incidents.web.access import requires
from incidents.web.time_zone import zone_of
from kernel import clock
from kernel.refusal import NotPermitted, Refused
from lanes.facts.lanes import boundary_of, items_of
from lanes.handoff import actions as handoffs
from lanes.handoff import facts as handoff_facts
from lanes.handoff import rules
from lanes.handoff.facts import Terms
from lanes.handoff.forms import COMMAND, OfferForm
from lanes.handoff.watch_port import watch_of
from lanes.vocabulary import WATCH, label_of


@requires("room.view")
def offer(request: HttpRequest, incident: Incident) -> HttpResponse:
    """For the owner of a lane or of the watch and the commander. ``?lane=`` says what, or
    ``command``, or ``watch``.

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
        "what": label_of(lane),
        "giver": handoff_facts.giver_of(incident, lane),
        "others": [(one or COMMAND, label_of(one)) for one in mine if one != lane],
        "waiting": handoff_facts.waiting(incident).get(lane),
        "is_of_watch": lane == WATCH,
        "plan": lane != WATCH and not handoff_facts.ahead(incident, clock.now()),
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
    if form.wanted not in {"", WATCH, *LaneKind.values}:
        raise Http404("There is no such lane")
    giver = handoff_facts.giver_of(incident, form.wanted)
    if not form.is_bound:
        form.violations_ahead = rules.violations(
            handoff_facts.judged(incident, first, lane, giver, now)
        )
    after = _after(incident_facts.cached_facts(incident), form.wanted)
    form.choose_from(_receivers(incident, giver), after)
    if form.wanted == WATCH:
        watch = watch_of(incident)
        form.choose_check_in(watch.ahead(now) if watch is not None else None, zone_of(request))
    else:
        form.choose_checkpoint(handoff_facts.ahead(incident, now), zone_of(request))
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
    standing = incident_facts.cached_facts(incident)
    if incident.status == Status.WATCHING:
        return _while_watched(request, standing)
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


def _while_watched(request: HttpRequest, standing: IncidentFacts) -> list[str]:
    """Nothing but the watch is handed over then."""
    if not may("handoff.offer_watch", request.who):
        owner = standing.holder(RoleName.WATCH_OWNER) or "nobody"
        raise NotPermitted(
            "While an incident is watched only the watch is handed over, by its owner or the"
            f" commander. Its owner is {owner}."
        )
    return [WATCH]


def _first(incident: Incident, lane: str, now: datetime) -> Terms:
    """What the record knows already: boundary, open unknowns, the next checkpoint."""
    if lane == WATCH:
        return _first_of_watch(incident, now)
    items = [item for item in items_of([incident])[incident.pk] if item.lane == lane]
    scope, ahead = boundary_of(items), handoff_facts.ahead(incident, now)
    return Terms(
        included=scope.included,
        excluded=scope.excluded,
        unknowns="\n".join(one.line for one in handoff_facts.known(incident, lane)),
        checkpoint=ahead[0].number if ahead else None,
    )


def _first_of_watch(incident: Incident, now: datetime) -> Terms:
    """The surfaces, what remained uncertain, the next check-in, and the trigger of the closing."""
    watch = watch_of(incident)
    if watch is None:
        return Terms()
    known = [one.line for one in handoff_facts.known(incident, WATCH)]
    following = watch.ahead(now)
    return Terms(
        included=tuple(str(one) for one in incident_facts.cached_facts(incident).surfaces),
        unknowns="\n".join([line for line in (watch.uncertain, *known) if line]),
        checkpoint=following.hour if following else None,
        trigger=watch.trigger,
    )


def _initial(first: Terms, lane: str) -> dict[str, Any]:
    return {
        "lane": lane or COMMAND,
        "included": "\n".join(first.included),
        "excluded": "\n".join(first.excluded),
        "unknowns": first.unknowns,
        "checkpoint": first.checkpoint,
        "trigger": first.trigger,
    }


def _receivers(incident: Incident, giver: Person | None) -> list[Person]:
    """Who can act and may know of the incident, without the giver."""
    people = Person.objects.who_can_respond()
    if incident.restricted:
        people = people.filter(participations__incident=incident)
    return [person for person in people if person != giver]


def _after(standing: IncidentFacts, lane: str) -> Person | None:
    """Who follows in the scenario's handoff chain."""
    chain = list(standing.scenario.chain) if standing.scenario else []
    step = lane or RoleName.COMMANDER.value
    if step not in chain[:-1]:
        return None
    following = chain[chain.index(step) + 1]
    if following in LaneKind.values:
        return standing.holder(RoleName.LANE_OWNER, following)
    return standing.holder(following)
