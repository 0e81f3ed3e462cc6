"""Freezes: a stop on unrelated merges to an impacted surface, or why there is none."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from incidents.actions.freeze_steps import (
    current_freeze,
    end_freeze,
    freeze_facts,
    freeze_step,
)
from incidents.actions.ownership import can_answer, notify_owner_step
from incidents.actions.transaction import incident_action
from incidents.models import Freeze, Incident, Person, Surface
from incidents.rules import freeze as rules
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


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
    with incident_action("freeze.change", actor, incident_id, now, once=once) as incident:
        current = current_freeze(incident, surface)
        _refuse(rules.freeze_violations(freeze_facts(surface, current), reason))
        row = freeze_step(incident, actor, surface, scope, reason, now)
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
    with incident_action("freeze.change", actor, incident_id, now, once=once) as incident:
        current = current_freeze(incident, surface)
        _refuse(rules.decline_violations(freeze_facts(surface, current), reason))
        row = Freeze.objects.create(
            incident=incident,
            surface=surface,
            reason=clean_text(reason, 300),
            declined=True,
            since=now,
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
    with incident_action("freeze.change", actor, incident_id, now, once=once) as incident:
        row = current_freeze(incident, surface)
        _refuse(rules.lift_violations(freeze_facts(surface, row), reason))
        assert row is not None
        end_freeze(row, now, clean_text(reason, 300))
        record(
            incident,
            "freeze.lifted",
            actor,
            now,
            surface=surface.name,
            reason=clean_text(reason, 300),
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
    with incident_action("freeze.change", actor, incident_id, now, once=once) as incident:
        row = current_freeze(incident, surface)
        keeper = rules.FreezeOwner(str(owner), can_answer(incident, owner)) if owner else None
        _refuse(rules.keep_violations(freeze_facts(surface, row), keeper, reason))
        assert row is not None
        assert owner is not None
        row.kept_at, row.kept_by, row.kept_reason = now, owner, clean_text(reason, 300)
        row.save(update_fields=["kept_at", "kept_by", "kept_reason"])
        record(
            incident,
            "freeze.kept",
            actor,
            now,
            surface=surface.name,
            surface_id=surface.pk,
            owner=str(owner),
            owner_id=owner.pk,
            reason=row.kept_reason,
        )
        what = f"{surface.name}, kept on purpose."
        href = reverse("freezes")
        notify_owner_step(incident, owner, actor, "freeze.kept", "A freeze", what, href, now)
    return row


def _refuse(problems: rules.Violations) -> None:
    if problems:
        raise Refused(problems)
