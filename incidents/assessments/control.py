"""Applies the rules on control, first minutes, readiness and faults to facts."""

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.urls import reverse

from incidents.facts.command import absence_of
from incidents.facts.incident import IncidentFacts
from incidents.models import Branch
from incidents.rules import blueprint as blueprint_rules
from incidents.rules import checkpoint as checkpoint_rules
from incidents.rules import command as command_rules
from incidents.rules import control as control_rules
from incidents.rules import readiness as readiness_rules
from incidents.rules import unable_role_holders as unable_rules
from incidents.rules.checklist import DerivedItem, last_of, linked
from incidents.rules.replacement import is_open
from incidents.vocabulary import ExecutionRole, ExecutionState, LaneKind, RoleName, Status


def control_facts(facts: IncidentFacts) -> control_rules.ControlFacts:
    return control_rules.ControlFacts(
        severity_at=facts.incident.declared_at if facts.incident.severity else None,
        commander_at=facts.first_assigned(RoleName.COMMANDER) if facts.commander else None,
        first_evidence_at=facts.first_evidence_at,
    )


def control(facts: IncidentFacts) -> control_rules.Control:
    return control_rules.under_control(control_facts(facts))


def stops(facts: IncidentFacts) -> tuple[control_rules.SurfaceStop, ...]:
    return tuple(
        control_rules.SurfaceStop(surface.name, facts.stopped.get(surface.pk))
        for surface in facts.surfaces
    )


def first_fifteen(facts: IncidentFacts, now: datetime) -> tuple[DerivedItem, ...]:
    number = [facts.incident.pk]
    items = control_rules.first_fifteen(
        control_rules.FirstFifteenFacts(
            now=now,
            declared_at=facts.incident.declared_at,
            control=control_facts(facts),
            stops=stops(facts),
            lanes={
                lane: facts.first_assigned(RoleName.LANE_OWNER, lane)
                for lane in LaneKind
                if facts.holder(RoleName.LANE_OWNER, lane)
            },
        )
    )
    freezing = "freeze" if facts.surfaces else "surfaces"
    return linked(
        items,
        {
            "grip": reverse("role", args=number),
            "freeze": reverse(freezing, args=number),
            "snapshot": reverse("capture", args=number),
            "owners": reverse("role", args=number),
        },
    )


def rollback_check(facts: IncidentFacts) -> readiness_rules.RollbackCheck | None:
    """The latest rollback safety check, as input of the rules."""
    check = facts.rollback_check
    if check is None:
        return None
    return readiness_rules.RollbackCheck(
        check.number, check.succeeded, check.captured_at, check.started_at
    )


def _claimed(facts: IncidentFacts) -> str:
    item = facts.claimed_check
    return f"{item.reference} as {item.actor_name} claims" if item else ""


def readiness_turns_at(facts: IncidentFacts) -> list[datetime]:
    """When readiness ends by time alone: the rollback check has grown old by then."""
    check = rollback_check(facts)
    return [check.holds_until(settings.ROLLBACK_CHECK_LASTS)] if check and check.succeeded else []


def readiness(facts: IncidentFacts, now: datetime) -> readiness_rules.Readiness:
    return readiness_rules.readiness(
        readiness_rules.ReadinessFacts(
            now=now,
            check_lasts=settings.ROLLBACK_CHECK_LASTS,
            revision=facts.incident.last_known_good,
            surfaces=tuple(
                readiness_rules.SurfaceRevision(surface.name, surface.last_known_good)
                for surface in facts.surfaces
            ),
            rollback_check=rollback_check(facts),
            claimed=_claimed(facts),
            has_commander=facts.commander is not None,
            owned_lanes=frozenset(
                lane for lane in LaneKind if facts.holder(RoleName.LANE_OWNER, lane)
            ),
            channel=facts.incident.evidence_channel,
        )
    )


def faults(facts: IncidentFacts, now: datetime) -> tuple[checkpoint_rules.Fault, ...]:
    """Roles of people who can no longer act, then missed checkpoints, then who may take command."""
    missed = checkpoint_rules.faults(
        checkpoint_rules.CheckpointFacts(
            now=now,
            status=facts.incident.status,
            severity=facts.incident.severity,
            open=tuple(
                checkpoint_rules.OpenCheckpoint(c.number, c.due_at, c.get_absolute_url())
                for c in facts.open_checkpoints
            ),
            plan_href=reverse("checkpoint", args=[facts.incident.pk]),
        )
    )
    return _unable(facts) + missed + _without_command(facts, now)


def _without_command(facts: IncidentFacts, now: datetime) -> tuple[checkpoint_rules.Fault, ...]:
    if facts.incident.status != Status.ACTIVE:
        return ()
    href = reverse("take-command", args=[facts.incident.pk])
    return command_rules.faults(absence_of(facts), now, href)


def _unable(facts: IncidentFacts) -> tuple[checkpoint_rules.Fault, ...]:
    where = reverse("role", args=[facts.incident.pk])
    roles = [
        unable_rules.HeldRole(
            assignment.person_id,
            str(assignment.person),
            assignment.label,
            f"{where}?who={assignment.role}:{assignment.lane}"
            if assignment.lane
            else f"{where}?who={assignment.role}",
            assignment.is_shut_out,
        )
        for assignment in facts.unable
    ]
    others = [*_unable_of_decisions(facts), *_unable_owners(facts)]
    return unable_rules.faults(facts.incident.status, [*roles, *others])


def _unable_of_decisions(facts: IncidentFacts) -> Iterator[unable_rules.HeldRole]:
    """Who executes or verifies an unfinished decision and can no longer act."""
    for decision in facts.decisions:
        execution = decision.execution
        for role in ExecutionRole:
            ability = facts.ability_of(getattr(execution, f"{role.value}_id"))
            if ability.can_act or not execution.mitigates or not is_open(role, execution.state):
                continue
            person = execution.holder(role)
            href = reverse("replace-holder", args=[facts.incident.pk, decision.number, role.value])
            what = f"{role.value} of {decision.reference}"
            yield unable_rules.HeldRole(person.pk, str(person), what, href, ability.is_shut_out)


def _unable_owners(facts: IncidentFacts) -> Iterator[unable_rules.HeldRole]:
    """Who owns an active branch or an open risk and can no longer act."""
    number = facts.incident.pk
    for row in facts.owned_work:
        page = "branch-pass" if isinstance(row, Branch) else "risk-own"
        if row.owner is not None and not facts.ability_of(row.owner.pk).can_act:
            yield unable_rules.HeldRole(
                row.owner.pk,
                str(row.owner),
                f"owner of {row.reference}",
                reverse(page, args=[number, row.number]),
                facts.ability_of(row.owner.pk).is_shut_out,
            )


def blueprint(facts: IncidentFacts, now: datetime) -> blueprint_rules.Blueprint:
    latest = max(facts.open_checkpoints, key=lambda c: c.due_at, default=None)
    check = facts.rollback_check
    mitigations = [d.execution for d in facts.decisions if d.execution.mitigates]
    last = next((e for e in reversed(mitigations) if e.judged_at), None)
    failed = last is not None and last.state == ExecutionState.FAILED
    return blueprint_rules.blueprint(
        blueprint_rules.BlueprintFacts(
            now=now,
            declared_at=facts.incident.declared_at,
            severity_at=facts.incident.declared_at,
            freeze_at=last_of(*(stop.at for stop in stops(facts))),
            commander_at=facts.first_assigned(RoleName.COMMANDER),
            deputy_at=facts.first_assigned(RoleName.DEPUTY) if facts.deputy else None,
            options_at=_first(
                [r.made_at for r in facts.recommendations], [d.decided_at for d in facts.decisions]
            ),
            rollback_ready_at=check.captured_at if check and check.succeeded else None,
            executed_at=_first([e.done_at for e in mitigations if e.done_at]),
            executed=next((e.decision.reference for e in mitigations if e.done_at), ""),
            compared_at=facts.compared_at,
            verified_at=last.judged_at if last and not failed else None,
            failed_run=last.run.reference if last and last.run and failed else "",
            last_decision_at=facts.decisions[-1].decided_at if facts.decisions else None,
            last_checkpoint_due=latest.due_at if latest else None,
            last_checkpoint_set_at=latest.scheduled_at if latest else None,
        )
    )


def _first(*series: list[datetime]) -> datetime | None:
    return min((moment for moments in series for moment in moments), default=None)
