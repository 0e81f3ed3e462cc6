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
from lanes.facts import handoffs as handoff_facts
from lanes.facts.handoffs import Terms
from lanes.facts.lanes import boundary_of, items_of
from lanes.facts.watch_port import watch_of
from lanes.handoff import actions as handoffs
from lanes.handoff.forms import COMMAND, OfferForm
from lanes.rules import handoff as rules
from lanes.vocabulary import WATCH, label_of


@requires("room.view")
def offer(request: HttpRequest, incident: Incident) -> HttpResponse:
    """For owners of lanes and of the watch, and the commander. ``?lane=`` is a lane, ``command`` or
    ``watch``.

    What is handed over is a field of the form, so the action checks the permission, not this view.
    """
    mine = _offerable(request, incident)
    form = _offer_form(request, incident, mine)
    lane = form.requested_lane
    if request.method == "POST" and form.is_valid():
        try:
            handoff = handoffs.offer(
                request.actor, incident.pk, form.terms(), lane=lane, now=clock.now(), once=form.key
            )
        except Refused as refusal:
            form.refuse(refusal.violations)
        else:
            return HttpResponseRedirect(handoff.get_absolute_url())
    context = {
        "incident": incident,
        "bar": bar(incident, clock.now()),
        "form": form,
        "lane": lane,
        "what": label_of(lane),
        "giver": handoff_facts.giver_of(incident, lane),
        "others": [(other or COMMAND, label_of(other)) for other in mine if other != lane],
        "waiting": handoff_facts.open_handoffs(incident).get(lane),
        "is_of_watch": lane == WATCH,
        "plan": lane != WATCH and not handoff_facts.upcoming_checkpoints(incident, clock.now()),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "lanes/offer.html", context | _acceptance_test(form), status=status)


def _offer_form(request: HttpRequest, incident: Incident, mine: list[str]) -> OfferForm:
    """Prefilled from the record for the requested lane; a submitted form keeps its own input."""
    now = clock.now()
    wanted = request.GET.get("lane", "")
    lane = "" if wanted == COMMAND else wanted
    if lane not in mine:
        lane = mine[0]
    prefilled = _prefilled(incident, lane, now)
    if request.method == "POST":
        form = OfferForm(request.POST, request=request)
    else:
        form = OfferForm(request=request, initial=_initial(prefilled, lane))
    if form.requested_lane not in {"", WATCH, *LaneKind.values}:
        raise Http404("There is no such lane")
    giver = handoff_facts.giver_of(incident, form.requested_lane)
    if not form.is_bound:
        form.violations_ahead = rules.violations(
            handoff_facts.propose(incident, prefilled, lane, giver, now)
        )
    after = _next_in_chain(incident_facts.cached_facts(incident), form.requested_lane)
    form.choose_from(_receivers(incident, giver), after)
    zone = zone_of(request.user, request.COOKIES)
    if form.requested_lane == WATCH:
        watch = watch_of(incident)
        form.choose_check_in(watch.ahead(now) if watch is not None else None, zone)
    else:
        form.choose_checkpoint(handoff_facts.upcoming_checkpoints(incident, now), zone)
    return form


def _acceptance_test(form: OfferForm) -> dict[str, Any]:
    """The four parts of the acceptance test, before anything is typed and after a refusal."""
    violations = form.violations if form.is_bound else form.violations_ahead
    missing = rules.unmet_parts(violations)
    return {
        "parts": [(label, code not in missing) for code, label in rules.PARTS.items()],
        "parts_met": len(rules.PARTS) - len(missing),
    }


def _offerable(request: HttpRequest, incident: Incident) -> list[str]:
    """What the user may hand over: their own lanes first, then what a commander may."""
    facts = incident_facts.cached_facts(incident)
    if incident.status == Status.WATCHING:
        return _offerable_in_watch(request, facts)
    lanes = [lane.value for lane in LaneKind if facts.holder(RoleName.LANE_OWNER, lane)]
    mine = [kind for kind in lanes if facts.holder(RoleName.LANE_OWNER, kind) == request.user]
    if may("role.assign", request.who):
        return [*mine, "", *(kind for kind in lanes if kind not in mine)]
    if not mine:
        raise NotPermitted(
            "A lane is its owner's to hand over, and command the commander's. Ask them, or take"
            " over what they offer you."
        )
    return mine


def _offerable_in_watch(request: HttpRequest, facts: IncidentFacts) -> list[str]:
    """While an incident is watched, only the watch can be handed over."""
    if not may("handoff.offer_watch", request.who):
        owner = facts.holder(RoleName.WATCH_OWNER) or "nobody"
        raise NotPermitted(
            "While an incident is watched only the watch is handed over, by its owner or the"
            f" commander. Its owner is {owner}."
        )
    return [WATCH]


def _prefilled(incident: Incident, lane: str, now: datetime) -> Terms:
    """The terms that the record already holds: boundary, open unknowns, the next checkpoint."""
    if lane == WATCH:
        return _prefilled_watch(incident, now)
    items = [item for item in items_of([incident])[incident.pk] if item.lane == lane]
    scope, ahead = boundary_of(items), handoff_facts.upcoming_checkpoints(incident, now)
    return Terms(
        included=scope.included,
        excluded=scope.excluded,
        unknowns="\n".join(unknown.line for unknown in handoff_facts.unknowns_of(incident, lane)),
        checkpoint=ahead[0].number if ahead else None,
    )


def _prefilled_watch(incident: Incident, now: datetime) -> Terms:
    """The surfaces, what was uncertain at closing, the next check-in, and the closing's trigger."""
    watch = watch_of(incident)
    if watch is None:
        return Terms()
    known = [unknown.line for unknown in handoff_facts.unknowns_of(incident, WATCH)]
    following = watch.ahead(now)
    return Terms(
        included=tuple(str(surface) for surface in incident_facts.cached_facts(incident).surfaces),
        unknowns="\n".join([line for line in (watch.uncertain, *known) if line]),
        checkpoint=following.hour if following else None,
        trigger=watch.trigger,
    )


def _initial(prefilled: Terms, lane: str) -> dict[str, Any]:
    return {
        "lane": lane or COMMAND,
        "included": "\n".join(prefilled.included),
        "excluded": "\n".join(prefilled.excluded),
        "unknowns": prefilled.unknowns,
        "checkpoint": prefilled.checkpoint,
        "trigger": prefilled.trigger,
    }


def _receivers(incident: Incident, giver: Person | None) -> list[Person]:
    """The people who can act and may know of the incident, without the giver."""
    people = Person.objects.who_can_respond()
    if incident.restricted:
        people = people.filter(participations__incident=incident)
    return [person for person in people if person != giver]


def _next_in_chain(facts: IncidentFacts, lane: str) -> Person | None:
    """The next person in the scenario's handoff chain."""
    chain = list(facts.scenario.chain) if facts.scenario else []
    step = lane or RoleName.COMMANDER.value
    if step not in chain[:-1]:
        return None
    following = chain[chain.index(step) + 1]
    if following in LaneKind.values:
        return facts.holder(RoleName.LANE_OWNER, following)
    return facts.holder(following)
