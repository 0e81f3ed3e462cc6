"""Freezes: a stop on unrelated merges to an impacted surface, or why there is none."""

from datetime import datetime
from uuid import UUID

from incidents.actions.act import act, said
from incidents.actions.lifecycle import refuse_unfit
from incidents.models import Freeze, Incident, Person, Surface
from incidents.timeline.record import record
from warroom.kernel.actor import Actor
from warroom.kernel.refusal import Refused
from warroom.kernel.text import says_nothing


def freeze(
    actor: Actor,
    incident_id: int,
    *,
    surface: Surface,
    scope: str,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Freeze:
    """Freeze a surface (playbook, "First-15-minutes protocol")."""
    with act("freeze.change", actor, incident_id, now, once=once) as incident:
        _need_reason(reason)
        current = incident.freezes.current().filter(surface=surface).first()
        if current is not None and not current.declined:
            raise Refused.because("F-ONE", f"{surface} is already frozen.", "surface")
        if current is not None:
            _end(current, now, "frozen after all")
        row = Freeze.objects.create(
            incident=incident,
            surface=surface,
            scope=said(scope, 200),
            reason=said(reason, 300),
            since=now,
        )
        stop = f"{row.scope}." if row.scope else "All merges."
        record(
            incident,
            "freeze.set",
            actor,
            now,
            surface=surface.name,
            scope=stop,
            reason=row.reason,
        )
    return row


def decline_freeze(
    actor: Actor,
    incident_id: int,
    *,
    surface: Surface,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Freeze:
    """Record why an impacted surface is not frozen."""
    with act("freeze.change", actor, incident_id, now, once=once) as incident:
        _need_reason(reason)
        if incident.freezes.current().filter(surface=surface).exists():
            raise Refused.because(
                "F-ONE", f"{surface} already has a freeze or a reason for none.", "surface"
            )
        row = Freeze.objects.create(
            incident=incident, surface=surface, reason=said(reason, 300), declined=True, since=now
        )
        record(incident, "freeze.declined", actor, now, surface=surface.name, reason=row.reason)
    return row


def lift_freeze(
    actor: Actor,
    incident_id: int,
    *,
    surface: Surface,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Lift a freeze, with a reason."""
    with act("freeze.change", actor, incident_id, now, once=once) as incident:
        _need_reason(reason)
        row = incident.freezes.in_force().filter(surface=surface).first()
        if row is None:
            raise Refused.because("F-NONE", f"{surface} is not frozen.", "surface")
        _end(row, now, said(reason, 300))
        record(
            incident, "freeze.lifted", actor, now, surface=surface.name, reason=said(reason, 300)
        )
    return incident


def keep_freeze(
    actor: Actor,
    incident_id: int,
    *,
    surface: Surface,
    owner: Person | None,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Freeze:
    """Keep a freeze on purpose beyond the incident, with an owner and a reason."""
    with act("freeze.change", actor, incident_id, now, once=once) as incident:
        _need_reason(reason)
        row = incident.freezes.in_force().filter(surface=surface).first()
        if row is None:
            raise Refused.because("F-NONE", f"{surface} is not frozen.", "surface")
        if owner is None:
            raise Refused.because("F-OWNER", "Name who answers for it.", "owner")
        refuse_unfit(owner, "owner")
        row.kept_at, row.kept_by, row.kept_reason = now, owner, said(reason, 300)
        row.save(update_fields=["kept_at", "kept_by", "kept_reason"])
        record(
            incident,
            "freeze.kept",
            actor,
            now,
            surface=surface.name,
            owner=str(owner),
            owner_id=owner.pk,
            reason=row.kept_reason,
        )
    return row


def _need_reason(reason: str) -> None:
    if says_nothing(reason):
        raise Refused.because("F-REASON", "Say why, in a few words.", "reason")


def _end(row: Freeze, now: datetime, reason: str) -> None:
    row.until, row.lift_reason = now, reason
    row.save(update_fields=["until", "lift_reason"])
