"""Declaring an incident and changing its severity, phase and details."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction

from incidents import scenarios
from incidents.actions.lifecycle_steps import set_channel_step
from incidents.actions.numbers import draw_number
from incidents.actions.role_steps import join_step, put_in_role_step, responder_violations
from incidents.actions.safeguard_steps import (
    keep_safeguards_step,
    require_signatures_step,
    rules_required_now,
)
from incidents.actions.submissions import redirect_submission, submit_once
from incidents.actions.transaction import incident_action
from incidents.locking import lock
from incidents.models import Incident, Person, Surface
from incidents.permissions import require
from incidents.rules import incident_details as detail_rules
from incidents.rules import phase as phase_rules
from incidents.timeline.record import record
from incidents.timeline.sealing import sealed_timelines
from incidents.vocabulary import Phase, Reach, RoleName, Severity
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_line, clean_text


@dataclass(frozen=True, slots=True)
class Declaration:
    """A declaration as filled in. The declarer is commander unless another is named."""

    title: str
    severity: str
    surfaces: tuple[Surface, ...] = ()
    scenario: str = ""
    known: str = ""
    evidence_channel: str = ""
    restricted: bool = False
    commander: Person | None = None
    participants: tuple[Person, ...] = field(default=())


def declare(
    actor: Actor, declaration: Declaration, *, now: datetime, once: UUID | None = None
) -> Incident:
    """Open an incident: its row, its surfaces, its commander, its first timeline entries.

    The declarer and the commander are participants from the start, so that whoever declares a
    restricted incident can still see it.
    """
    with transaction.atomic(durable=True), sealed_timelines():
        require("incident.declare", actor)
        submit_once(once, actor, now, "/")
        declarer = Person.objects.get(pk=actor.id)
        commander = declaration.commander or declarer
        title = clean_line(declaration.title, 160)
        problems = detail_rules.title_violations(title) + responder_violations(
            commander, "commander"
        )
        if problems:
            raise Refused(problems)
        incident = Incident.objects.create(
            pk=draw_number(Incident, restricted=declaration.restricted),
            title=title,
            severity=declaration.severity,
            scenario=declaration.scenario,
            known=clean_text(declaration.known),
            evidence_channel=clean_text(declaration.evidence_channel, 300),
            restricted=declaration.restricted,
            declared_at=now,
            declared_by=declarer,
            last_known_good=_known_good(declaration.surfaces),
        )
        incident = lock(incident.pk)
        incident.surfaces.set(declaration.surfaces)
        keep_safeguards_step(incident, rules_required_now(incident))
        for person in (declarer, *declaration.participants):
            join_step(incident, person, now)
        put_in_role_step(incident, RoleName.COMMANDER, "", commander, now)
        scenario = scenarios.find(declaration.scenario)
        record(
            incident,
            "incident.declared",
            actor,
            now,
            title=incident.title,
            severity=Severity(incident.severity).label,
            by=str(declarer),
            scenario=scenario.title if scenario else "",
            known=incident.known,
            surfaces=[surface.name for surface in declaration.surfaces],
            becomes=initial_values(incident, declaration.surfaces),
        )
        record(
            incident,
            "role.assigned",
            actor,
            now,
            role=RoleName.COMMANDER.label,
            person=str(commander),
            person_id=commander.pk,
            before="",
        )
        redirect_submission(once, incident.get_absolute_url())
    return incident


def initial_values(incident: Incident, surfaces: Iterable[Surface]) -> dict[str, object]:
    """The values that may change later: the replay of the past starts from them."""
    return {
        "severity": incident.severity,
        "phase": incident.phase,
        "status": incident.status,
        "restricted": incident.restricted,
        "scenario": incident.scenario,
        "evidence_channel": incident.evidence_channel,
        "last_known_good": incident.last_known_good,
        "broad_rollback_reason": incident.broad_rollback_reason,
        "keeps_dual": incident.keeps_dual,
        "keeps_first": incident.keeps_first,
        "surfaces": [surface.pk for surface in surfaces],
    }


def _known_good(surfaces: Iterable[Surface]) -> str:
    """The revision that the first impacted surface names as good, if any does."""
    return next((s.last_known_good for s in surfaces if s.last_known_good), "")


def change_severity(
    actor: Actor,
    incident_id: int,
    *,
    severity: str,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Raise or lower the severity, with a reason."""
    with incident_action("severity.change", actor, incident_id, now, once=once) as incident:
        if problems := phase_rules.severity_violations(incident.severity, severity, reason):
            raise Refused(problems)
        before, incident.severity = incident.severity, severity
        incident.save(update_fields=["severity"])
        record(
            incident,
            "severity.changed",
            actor,
            now,
            before=Severity(before).label,
            after=Severity(severity).label,
            reason=clean_text(reason),
            becomes={"severity": severity},
        )
    return incident


def change_phase(
    actor: Actor,
    incident_id: int,
    *,
    phase: str,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Move to another phase, with a reason."""
    with incident_action("phase.change", actor, incident_id, now, once=once) as incident:
        if problems := phase_rules.phase_violations(incident.phase, phase, reason):
            raise Refused(problems)
        before, incident.phase = incident.phase, phase
        incident.save(update_fields=["phase"])
        record(
            incident,
            "phase.changed",
            actor,
            now,
            before=Phase(before).label,
            after=Phase(phase).label,
            reason=clean_text(reason),
            becomes={"phase": phase},
        )
    return incident


def set_channel(
    actor: Actor, incident_id: int, *, channel: str, now: datetime, once: UUID | None = None
) -> Incident:
    """Record the one evidence channel (playbook, "Provider-specific readiness checks")."""
    with incident_action("channel.set", actor, incident_id, now, once=once) as incident:
        if problems := detail_rules.channel_violations(channel):
            raise Refused(problems)
        set_channel_step(incident, actor, channel, now)
    return incident


def set_revision(
    actor: Actor, incident_id: int, *, revision: str, now: datetime, once: UUID | None = None
) -> Incident:
    """Record the last known-good revision for this incident."""
    with incident_action("revision.set", actor, incident_id, now, once=once) as incident:
        if problems := detail_rules.revision_violations(revision):
            raise Refused(problems)
        incident.last_known_good = clean_text(revision, 80)
        incident.save(update_fields=["last_known_good"])
        record(incident, "revision.set", actor, now, revision=incident.last_known_good)
    return incident


def set_rollback_reach(
    actor: Actor,
    incident_id: int,
    *,
    broad: bool,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Record whether a migration or data change makes a full rollback broad, and why."""
    with incident_action("rollback.set_reach", actor, incident_id, now, once=once) as incident:
        if problems := detail_rules.reach_violations(reason):
            raise Refused(problems)
        reason = clean_text(reason, 300)
        incident.broad_rollback_reason = reason if broad else ""
        incident.save(update_fields=["broad_rollback_reason"])
        reach = Reach.BROAD if broad else Reach.REVERSIBLE
        record(incident, "rollback.reach", actor, now, reach=reach.value, reason=clean_text(reason))
    return incident


def set_surfaces(
    actor: Actor,
    incident_id: int,
    *,
    surfaces: tuple[Surface, ...],
    now: datetime,
    once: UUID | None = None,
) -> Incident:
    """Say which surfaces are impacted now; fills the last known-good revision if it is unknown.

    A special rule that a dropped surface asked for stays; one that an added surface asks for holds
    at once, also for decisions that are not executed yet.
    """
    with incident_action("surfaces.change", actor, incident_id, now, once=once) as incident:
        before = rules_required_now(incident)
        incident.surfaces.set(surfaces)
        kept = keep_safeguards_step(incident, before | rules_required_now(incident))
        if not incident.last_known_good and (revision := _known_good(surfaces)):
            incident.last_known_good = revision
            incident.save(update_fields=["last_known_good"])
        names = ", ".join(s.name for s in surfaces) or "None."
        becomes = {
            "surfaces": [surface.pk for surface in surfaces],
            "last_known_good": incident.last_known_good,
            **kept,
        }
        record(incident, "surfaces.changed", actor, now, surfaces=names, becomes=becomes)
        require_signatures_step(incident, actor, now)
    return incident
