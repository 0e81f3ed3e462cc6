"""Drafts of messages from the facts of an incident, filled in by ``rules.drafting``."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from comms.facts import messages as message_facts
from comms.models import Update
from comms.rules import drafting as rules
from comms.rules.drafting import Draft, Source
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Incident
from incidents.vocabulary import ExecutionState, LaneKind, RoleName
from lanes.models import Unknown

MAX_UNKNOWNS = 6
"""At most so many open unknowns are read, the oldest ones."""


def draft_update(facts: IncidentFacts, now: datetime) -> Draft:
    """Five queries beside the incident's facts."""
    return rules.draft(update_draft_facts(facts, now))


def update_draft_facts(facts: IncidentFacts, now: datetime) -> rules.DraftFacts:
    incident = facts.incident
    following = facts.next_checkpoint
    return rules.DraftFacts(
        cadence=message_facts.cadence(incident, now),
        severity=incident.severity,
        phase=incident.phase,
        reopened_at=message_facts.last_reopened_at(incident),
        executed=message_facts.changes(facts),
        restricted=incident.restricted,
        surfaces={surface.pk: surface.name for surface in facts.surfaces if surface.on_status_page}
        or {surface.pk: surface.name for surface in facts.surfaces},
        people=message_facts.participant_names(incident),
        mitigation=_mitigation(facts),
        unknowns=tuple(_unknowns(incident)),
        next_checkpoint=following.due_at if following else None,
        last=_last(incident),
    )


def _mitigation(facts: IncidentFacts) -> rules.Mitigation | None:
    decision = _last_mitigation(facts)
    if decision is None:
        return None
    return rules.Mitigation(
        Source(decision.reference, decision.get_absolute_url()),
        decision.option,
        decision.decided_at,
        decision.execution.done_at is not None,
        decision.execution.state == ExecutionState.VERIFIED,
    )


def _last_mitigation(facts: IncidentFacts) -> Decision | None:
    """The last mitigating decision that was not withdrawn."""
    gone = {ExecutionState.WITHDRAWN, ExecutionState.PENDING}
    decisions = [d for d in facts.decisions if d.execution.mitigates]
    return next((d for d in reversed(decisions) if d.execution.state not in gone), None)


def _unknowns(incident: Incident) -> list[rules.OpenUnknown]:
    rows = Unknown.objects.open().filter(incident=incident).order_by("number")[:MAX_UNKNOWNS]
    order = list(LaneKind.values)
    return [
        rules.OpenUnknown(
            unknown.text,
            Source(
                f"{unknown.reference} of {LaneKind(unknown.lane).label}",
                reverse("unknown", args=[incident.pk, unknown.lane, unknown.number]),
            ),
        )
        for unknown in sorted(rows, key=lambda unknown: (order.index(unknown.lane), unknown.number))
    ]


def _last(incident: Incident) -> rules.LastUpdate | None:
    rows = Update.objects.filter(incident=incident).prefetch_related("surface_states")
    last = rows.order_by("-number").first()
    if last is None:
        return None
    return rules.LastUpdate(
        source=Source(last.reference.lower(), last.get_absolute_url()),
        audience=last.audience,
        headline=last.headline,
        impact=last.impact,
        mitigation=last.mitigation,
        unknowns=tuple(last.unknowns),
        no_unknowns=last.no_unknowns,
        published_at=last.published_at,
        surfaces={row.surface_id: row.state for row in last.surface_states.all()},
        progress=last.progress,
    )


def draft_escalation(
    facts: IncidentFacts, now: datetime
) -> tuple[dict[str, Any], tuple[Source, ...]]:
    """Initial values of the form, and the sources they come from."""
    incident, decision = facts.incident, facts.current_decision
    following = facts.next_checkpoint
    owner = facts.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION) or facts.commander
    values = {
        "summary": incident.title,
        "impact": decision.scope if decision else incident.known,
        "decision": _path(facts),
        "owner": owner.pk if owner else None,
        "next_at": rules.suggest_next_at(
            message_facts.cadence(incident, now), following.due_at if following else None
        ),
    }
    return values, _sources(facts)


def _path(facts: IncidentFacts) -> str:
    decision, following = facts.current_decision, facts.next_checkpoint
    ahead = f"The next checkpoint is {following.reference}." if following else ""
    if decision is None:
        return ahead
    state = str(ExecutionState(decision.execution.state).label).lower()
    taken = f"{decision.reference}, {decision.title}, decided at {decision.checkpoint.reference}"
    return f"{taken}: {state}. {ahead}".strip()


def draft_leadership_note(
    facts: IncidentFacts, now: datetime
) -> tuple[dict[str, Any], tuple[Source, ...]]:
    incident, decision = facts.incident, facts.current_decision
    watch = facts.holder(RoleName.WATCH_OWNER) or facts.deputy
    unknowns = _unknowns(incident)
    values = {
        "happened": incident.known,
        "path": decision.why_now if decision else "",
        "confidence": decision.confidence if decision else "",
        "uncertain": "\n".join(unknown.text for unknown in unknowns),
        "owner": watch.pk if watch else None,
    }
    return values, (*_sources(facts), *(unknown.source for unknown in unknowns))


def _sources(facts: IncidentFacts) -> tuple[Source, ...]:
    decision = facts.current_decision
    return (Source(decision.reference, decision.get_absolute_url()),) if decision else ()
