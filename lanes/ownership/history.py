"""Who owned what when in an incident, from its record: for the drawing and for the table."""

from collections.abc import Iterable
from datetime import datetime

from incidents.facts import incident as incident_facts
from incidents.facts.incident import IncidentFacts
from incidents.models import Assignment, Decision, Incident, Person
from incidents.vocabulary import ExecutionState, LaneKind, RoleName, Status
from lanes.facts.handoffs import open_handoffs
from lanes.models import Handoff, PatternSpan
from lanes.models.handoff import HandoffState
from lanes.ownership.chart import Event, Row, Story, Tenure
from lanes.ownership.owner_graph import Graph, Ownership, draw_graph
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
MAX_HANDOFFS = 500
"""At most so many handoffs are drawn, the latest ones."""


def story(incident: Incident, until: datetime) -> Story:
    """The roles of an incident from its declaration to ``until``: one query beside its facts."""
    facts = incident_facts.cached_facts(incident)
    assigned = [a for a in facts.assignments if _row(a) and _had_begun(a, until)]
    tenures = tuple(_tenure(assignment, until) for assignment in assigned)
    named = {tenure.row for tenure in tenures}
    deputy, watch = ((row,) if row.key in named else () for row in (DEPUTY, THE_WATCH))
    start = min([incident.declared_at, *(tenure.since for tenure in tenures)])
    events = (*_decided(facts), *_opposed(facts), *_passed(incident))
    return Story(
        start=start,
        end=max(until, start),
        rows=(COMMAND, *deputy, *_LANES, *watch),
        tenures=tenures,
        events=tuple(event for event in events if event.at <= until),
    )


def _had_begun(assignment: Assignment, until: datetime) -> bool:
    """A watch that begins with the closing is left out of a history that ends with it."""
    if assignment.role == RoleName.WATCH_OWNER:
        return assignment.since < until
    return assignment.since <= until


def _row(assignment: Assignment) -> str:
    return assignment.lane or _ROWS.get(RoleName(assignment.role), "")


def _tenure(assignment: Assignment, until: datetime) -> Tenure:
    ended = assignment.until
    lasts = ended is None or ended > until
    who, row = str(assignment.person), _row(assignment)
    return Tenure(row, who, assignment.since, None if lasts else ended)


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
    for contradiction in {
        side.contradiction_id: side.contradiction for side in facts.sides
    }.values():
        yield Event(
            "command", "i-conflict", contradiction.reference, contradiction.opened_at, "event-bad"
        )


def _passed(incident: Incident) -> Iterable[Event]:
    """Handoffs, when they were accepted."""
    rows = Handoff.objects.filter(incident=incident, state=HandoffState.ACCEPTED)
    for handoff in rows.order_by("-number").only("number", "role", "lane", "answered_at")[
        :MAX_HANDOFFS
    ]:
        if handoff.answered_at:
            yield Event(
                handoff.what or "command", "i-handoff", handoff.reference, handoff.answered_at
            )


def past_patterns(incident: Incident, limit: int) -> list[PatternSpan]:
    """The latest ended anti-patterns, newest first."""
    rows = PatternSpan.objects.filter(incident=incident, ended_at__isnull=False)
    return list(rows.order_by("-ended_at", "-pk")[:limit])


def graph(incident: Incident) -> Graph:
    """Who owns what now, or at the time that the incident is shown as of. No query of its own."""
    facts, offers = incident_facts.cached_facts(incident), open_handoffs(incident)
    commander, deputy = facts.commander, facts.deputy
    ownerships = [_ownership(COMMAND, commander, offers.get(""))]
    if deputy:
        ownerships.append(_ownership(DEPUTY, deputy, None))
    for row in _LANES:
        owner = facts.holder(RoleName.LANE_OWNER, row.key)
        ownerships.append(_ownership(row, owner, offers.get(row.key)))
    if incident.status == Status.WATCHING:
        watching = facts.holder(RoleName.WATCH_OWNER)
        ownerships.append(_ownership(THE_WATCH, watching, offers.get(WATCH)))
    return draw_graph(ownerships)


def _ownership(row: Row, owner: Person | None, offer: Handoff | None) -> Ownership:
    offered = str(offer.receiver) if offer else ""
    return Ownership(row.label, row.icon, row.css, str(owner) if owner else "", offered)
