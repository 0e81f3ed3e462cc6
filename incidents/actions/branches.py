"""Recovery branches: opened, passed on, merged or abandoned."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from incidents.actions.ownership import can_answer, notify_owner_step
from incidents.actions.transaction import incident_action, next_number
from incidents.models import Branch, Incident, Person
from incidents.models.author import Authored
from incidents.rules import branch as rules
from incidents.timeline.record import record
from incidents.vocabulary import BranchState, BranchType, LaneKind
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text

_LANE = LaneKind.MITIGATION.value


def open_branch(
    actor: Actor,
    incident_id: int,
    *,
    type: str,
    name: str,
    owner: Person | None,
    now: datetime,
    once: UUID | None = None,
) -> Branch:
    """Open a branch (B-n). All three types at once need a single owner (``B-THREE``)."""
    with incident_action(
        "branch.change", actor, incident_id, now, lane=_LANE, once=once
    ) as incident:
        row = Branch(
            incident=incident,
            number=next_number(incident.branches.all()),
            type=type,
            name=clean_text(name, 200),
            opened_at=now,
            **Authored.columns(actor),
        )
        can_own = owner is not None and can_answer(incident, owner)
        others = [_branch_facts(other, other.owner) for other in _active_branches(incident)]
        if problems := rules.violations(_branch_facts(row, owner, can_own), others):
            raise Refused(problems)
        assert owner is not None
        row.owner = owner
        row.save(force_insert=True)
        record(
            incident,
            "branch.opened",
            actor,
            now,
            lane=_LANE,
            subject=row.reference,
            type=BranchType(type).label,
            name=row.name,
            owner=str(owner),
            owner_id=owner.pk,
        )
        _notify_owner(row, actor, now)
    return row


def pass_branch(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    owner: Person,
    every: bool = False,
    now: datetime,
    once: UUID | None = None,
) -> Branch:
    """Give an active branch to another owner, or ``every`` active one of the incident.

    While all three types are active only the latter is possible, because of ``B-THREE``.
    """
    with incident_action(
        "branch.change", actor, incident_id, now, lane=_LANE, once=once
    ) as incident:
        row = _active(incident, number)
        rows = [b for b in _active_branches(incident) if b == row or (every and b.owner != owner)]
        new = _branch_facts(row, owner, can_answer(incident, owner))
        others = [
            _branch_facts(other, owner if other in rows else other.owner)
            for other in _active_branches(incident)
        ]
        if problems := rules.pass_violations(new, others, row.owner_id):
            raise Refused(problems)
        for branch in rows:
            _pass(incident, branch, owner, actor, now)
    row.owner = owner
    return row


def _pass(incident: Incident, row: Branch, owner: Person, actor: Actor, now: datetime) -> None:
    before, row.owner = row.owner, owner
    row.save(update_fields=["owner"])
    record(
        incident,
        "branch.owner",
        actor,
        now,
        lane=_LANE,
        subject=row.reference,
        name=row.name,
        owner=str(owner),
        before=str(before),
        owner_id=owner.pk,
        before_id=before.pk,
    )
    _notify_owner(row, actor, now)


def end_branch(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    state: str,
    reason: str,
    now: datetime,
    once: UUID | None = None,
) -> Branch:
    """Merge or abandon a branch; abandoning needs a reason."""
    with incident_action(
        "branch.change", actor, incident_id, now, lane=_LANE, once=once
    ) as incident:
        row = incident.branches.get(number=number)
        if problems := rules.end_violations(row.reference, row.state, state, reason):
            raise Refused(problems)
        row.state, row.ended_at, row.end_reason = state, now, clean_text(reason, 300)
        row.save(update_fields=["state", "ended_at", "end_reason"])
        record(
            incident,
            "branch.ended",
            actor,
            now,
            lane=_LANE,
            subject=row.reference,
            state=BranchState(state).label.lower(),
            name=row.name,
            reason=row.end_reason,
        )
    return row


def _active(incident: Incident, number: int) -> Branch:
    row = incident.branches.select_related("owner").get(number=number)
    if problems := rules.active_violations(row.reference, row.state, "owner"):
        raise Refused(problems)
    return row


def _active_branches(incident: Incident) -> list[Branch]:
    return list(incident.branches.active().select_related("owner"))


def _branch_facts(row: Branch, owner: Person | None, can_act: bool = True) -> rules.ActiveBranch:
    person, name = (owner.pk, str(owner)) if owner else (None, "")
    return rules.ActiveBranch(row.number, row.type, row.name, person, name, can_act)


def _notify_owner(row: Branch, actor: Actor, now: datetime) -> None:
    href = reverse("branches", args=[row.incident_id])
    notify_owner_step(
        row.incident, row.owner, actor, "branch.owner", row.reference, row.name, href, now
    )
