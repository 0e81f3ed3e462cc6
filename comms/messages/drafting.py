"""From the room to the first words of a message: the facts that ``rules.drafting`` fills in."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from comms.messages import facts as message_facts
from comms.models import Update
from comms.rules import drafting as rules
from comms.rules.drafting import Draft, Source
from incidents.facts.incident import IncidentFacts
from incidents.models import Decision, Incident
from incidents.vocabulary import ExecutionState, LaneKind, RoleName
from lanes.models import Unknown

MOST = 6
"""Open unknowns that are looked at: the oldest of each lane come first."""


def of_update(standing: IncidentFacts, now: datetime) -> Draft:
    """Four queries beside the standing."""
    incident = standing.incident
    following = standing.next_checkpoint
    known = rules.Known(
        cadence=message_facts.cadence(incident, now),
        severity=incident.severity,
        restricted=incident.restricted,
        surfaces={one.pk: one.name for one in standing.surfaces if one.on_status_page}
        or {one.pk: one.name for one in standing.surfaces},
        people=message_facts.names(incident),
        mitigation=_mitigation(standing),
        unknowns=tuple(_unknowns(incident)),
        next_checkpoint=following.due_at if following else None,
        last=_last(incident),
    )
    return rules.draft(known)


def _mitigation(standing: IncidentFacts) -> rules.Mitigation | None:
    made = _decided(standing)
    if made is None:
        return None
    return rules.Mitigation(
        Source(made.reference, made.get_absolute_url()),
        made.option,
        made.decided_at,
        made.execution.done_at is not None,
        made.execution.state == ExecutionState.VERIFIED,
    )


def _decided(standing: IncidentFacts) -> Decision | None:
    """The last decision that changes something and was not withdrawn."""
    gone = {ExecutionState.WITHDRAWN, ExecutionState.PENDING}
    made = [d for d in standing.decisions if d.execution.mitigates]
    return next((d for d in reversed(made) if d.execution.state not in gone), None)


def _unknowns(incident: Incident) -> list[rules.Open]:
    rows = Unknown.objects.open().filter(incident=incident).order_by("number")[:MOST]
    order = list(LaneKind.values)
    return [
        rules.Open(
            one.text,
            Source(
                f"{one.reference} of {LaneKind(one.lane).label}",
                reverse("unknown", args=[incident.pk, one.lane, one.number]),
            ),
        )
        for one in sorted(rows, key=lambda one: (order.index(one.lane), one.number))
    ]


def _last(incident: Incident) -> rules.Last | None:
    rows = Update.objects.filter(incident=incident).prefetch_related("surface_states")
    last = rows.order_by("-number").first()
    if last is None:
        return None
    return rules.Last(
        source=Source(last.reference.lower(), last.get_absolute_url()),
        audience=last.audience,
        headline=last.headline,
        impact=last.impact,
        mitigation=last.mitigation,
        unknowns=tuple(last.unknowns),
        no_unknowns=last.no_unknowns,
        published_at=last.published_at,
        surfaces={one.surface_id: one.state for one in last.surface_states.all()},
    )


def of_escalation(
    standing: IncidentFacts, now: datetime
) -> tuple[dict[str, Any], tuple[Source, ...]]:
    """The first values of the form, and what they were filled from."""
    incident, made = standing.incident, standing.current_decision
    following = standing.next_checkpoint
    owner = standing.holder(RoleName.LANE_OWNER, LaneKind.COMMUNICATION) or standing.commander
    values = {
        "summary": incident.title,
        "impact": made.scope if made else incident.known,
        "decision": _path(standing),
        "owner": owner.pk if owner else None,
        "next_at": rules.suggested(
            message_facts.cadence(incident, now), following.due_at if following else None
        ),
    }
    return values, _sources(standing)


def _path(standing: IncidentFacts) -> str:
    made, following = standing.current_decision, standing.next_checkpoint
    ahead = f"Decided at {following.reference}." if following else ""
    if made is None:
        return ahead
    state = str(ExecutionState(made.execution.state).label).lower()
    return f"{made.reference}, {made.title}: {state}. {ahead}".strip()


def of_note(standing: IncidentFacts, now: datetime) -> tuple[dict[str, Any], tuple[Source, ...]]:
    incident, made = standing.incident, standing.current_decision
    watch = standing.holder(RoleName.WATCH_OWNER) or standing.deputy
    unknowns = _unknowns(incident)
    values = {
        "happened": incident.known,
        "path": made.why_now if made else "",
        "confidence": made.confidence if made else "",
        "uncertain": "\n".join(one.text for one in unknowns),
        "owner": watch.pk if watch else None,
    }
    return values, (*_sources(standing), *(one.source for one in unknowns))


def _sources(standing: IncidentFacts) -> tuple[Source, ...]:
    made = standing.current_decision
    return (Source(made.reference, made.get_absolute_url()),) if made else ()
