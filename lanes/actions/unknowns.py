"""Unknowns of a lane: raised, and resolved by what is known now."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action, next_number
from incidents.models.author import Authored
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from lanes.actions.citing import cited_evidence
from lanes.models import Unknown
from lanes.rules import unknown as rules


def raise_unknown(
    actor: Actor,
    incident_id: int,
    *,
    lane: str,
    text: str,
    now: datetime,
    once: UUID | None = None,
) -> Unknown:
    """Say what a lane does not know yet (U-n)."""
    with incident_action(
        "unknown.change", actor, incident_id, now, lane=lane, once=once
    ) as incident:
        cleaned = clean_text(text)
        if problems := rules.raise_violations(cleaned):
            raise Refused(problems)
        row = Unknown.objects.create(
            incident=incident,
            number=next_number(incident.unknowns.all()),
            lane=lane,
            text=cleaned,
            raised_at=now,
            **Authored.columns(actor),
        )
        record(
            incident,
            "unknown.raised",
            actor,
            now,
            lane=lane,
            subject=row.reference,
            text=row.text,
        )
    return row


def resolve_unknown(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    lane: str,
    resolution: str,
    evidence: Iterable[int] = (),
    now: datetime,
    once: UUID | None = None,
) -> Unknown:
    """Say what is known now, and by which evidence (numbers) if there is any."""
    with incident_action(
        "unknown.change", actor, incident_id, now, lane=lane, once=once
    ) as incident:
        row = incident.unknowns.select_related("resolved_by").get(number=number, lane=lane)
        rows, seen = cited_evidence(incident, evidence)
        cleaned = clean_text(resolution)
        if problems := rules.resolve_violations(row.reference, _resolved(row), cleaned, seen):
            raise Refused(problems)
        row.resolved_at, row.resolution = now, cleaned
        row.resolved_by_id = actor.id
        row.save(update_fields=["resolved_at", "resolved_by", "resolution"])
        row.evidence.set(rows)
        record(
            incident,
            "unknown.resolved",
            actor,
            now,
            lane=lane,
            subject=row.reference,
            text=row.text,
            resolution=row.resolution,
            evidence=[item.reference for item in rows],
        )
    return row


def _resolved(row: Unknown) -> str:
    if row.is_open:
        return ""
    return str(row.resolved_by) if row.resolved_by else "an agent"
