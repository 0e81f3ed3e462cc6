"""Who owned what when in an incident: its record as a story to be drawn and as a table."""

from collections.abc import Iterable
from datetime import datetime

from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Assignment, Decision, Incident, Person
from incidents.vocabulary import ExecutionState, LaneKind, RoleName, Status
from lanes.handoff.facts import waiting
from lanes.models import Handoff, PatternSpan
from lanes.models.handoff import HandoffState
from lanes.ownership.chart import Event, Held, Row, Story
from lanes.ownership.owner_graph import Graph, Owning, drawn
from lanes.vocabulary import WATCH

COMMAND = Row("command", "Command", "Cmd", "mark-decision", "is-command")
DEPUTY = Row("deputy", "Deputy", "Dep.", "i-person", "is-command", needed=False)
THE_WATCH = Row("watch", "Watch", "Watch", "i-clock", "is-command", needed=False)
_SHORT = {"investigation": "Invest.", "communication": "Comms"}
_LANES = tuple(
    Row(
        lane.value,
        str(lane.label),
        _SHORT.get(lane.value, f"{lane.label[:5]}."),
        f"lane-{lane.value}",
        f"is-{lane.value}",
    )
    for lane in LaneKind
)
_ROWS = {
    RoleName.COMMANDER: "command",
    RoleName.DEPUTY: "deputy",
    RoleName.WATCH_OWNER: THE_WATCH.key,
}
MOST = 500
"""Handoffs that are drawn, the latest of them."""


def story(incident: Incident, until: datetime) -> Story:
    """The roles of an incident from its declaration to ``until``: one query beside its facts."""
    facts = incident_facts.cached_facts(incident)
    assigned = [a for a in facts.assignments if _row(a) and _had_begun(a, until)]
    held = tuple(_held(one, until) for one in assigned)
    named = {one.row for one in held}
    deputy, watch = ((row,) if row.key in named else () for row in (DEPUTY, THE_WATCH))
    start = min([incident.declared_at, *(one.since for one in held)])
    events = (*_decided(facts), *_opposed(facts), *_passed(incident))
    return Story(
        start=start,
        end=max(until, start),
        rows=(COMMAND, *deputy, *_LANES, *watch),
        held=held,
        events=tuple(event for event in events if event.at <= until),
    )


def _had_begun(assignment: Assignment, until: datetime) -> bool:
    """What begins with a closing is no part of the story that ends with it."""
    if assignment.role == RoleName.WATCH_OWNER:
        return assignment.since < until
    return assignment.since <= until


def _row(assignment: Assignment) -> str:
    return assignment.lane or _ROWS.get(RoleName(assignment.role), "")


def _held(assignment: Assignment, until: datetime) -> Held:
    ended = assignment.until
    lasts = ended is None or ended > until
    who, row = str(assignment.person), _row(assignment)
    return Held(row, who, assignment.since, None if lasts else ended)


def _decided(facts: IncidentFacts) -> Iterable[Event]:
    for decision in facts.decisions:
        yield Event("command", "mark-decision", decision.reference, decision.decided_at)
        yield from _executed(decision)


def _executed(decision: Decision) -> Iterable[Event]:
    execution, name = decision.execution, decision.reference
    if execution.done_at:
        yield Event("mitigation", "mark-executed", f"{name} done", execution.done_at)
    if execution.judged_at and execution.state == ExecutionState.FAILED:
        at = execution.judged_at
        yield Event("verification", "mark-failed", f"{name} failed", at, "event-bad")
    elif execution.judged_at:
        at = execution.judged_at
        yield Event("verification", "mark-verified", f"{name} verified", at, "event-good")


def _opposed(facts: IncidentFacts) -> Iterable[Event]:
    for one in {side.contradiction_id: side.contradiction for side in facts.sides}.values():
        yield Event("command", "i-conflict", one.reference, one.opened_at, "event-bad")


def _passed(incident: Incident) -> Iterable[Event]:
    """Handoffs, when they were accepted."""
    rows = Handoff.objects.filter(incident=incident, state=HandoffState.ACCEPTED)
    for one in rows.order_by("-number").only("number", "role", "lane", "answered_at")[:MOST]:
        if one.answered_at:
            yield Event(one.what or "command", "i-handoff", one.reference, one.answered_at)


def past_patterns(incident: Incident, most: int) -> list[PatternSpan]:
    """The latest anti-patterns that are over, newest first."""
    rows = PatternSpan.objects.filter(incident=incident, ended_at__isnull=False)
    return list(rows.order_by("-ended_at", "-pk")[:most])


def graph(incident: Incident) -> Graph:
    """Who owns what now, or at the moment that the incident stands for. No query of its own."""
    facts, offers = incident_facts.cached_facts(incident), waiting(incident)
    commander, deputy = facts.commander, facts.deputy
    found = [_owning(COMMAND, commander, offers.get(""))]
    if deputy:
        found.append(_owning(DEPUTY, deputy, None))
    for row in _LANES:
        owner = facts.holder(RoleName.LANE_OWNER, row.key)
        found.append(_owning(row, owner, offers.get(row.key)))
    if incident.status == Status.WATCHING:
        watching = facts.holder(RoleName.WATCH_OWNER)
        found.append(_owning(THE_WATCH, watching, offers.get(WATCH)))
    return drawn(found)


def _owning(row: Row, owner: Person | None, offer: Handoff | None) -> Owning:
    offered = str(offer.receiver) if offer else ""
    return Owning(row.label, row.icon, row.css, str(owner) if owner else "", offered)
