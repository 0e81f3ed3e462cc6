"""Recovery branches: opened, passed on, merged or abandoned."""

from datetime import datetime
from uuid import UUID

from incidents.actions.act import act, next_number, said
from incidents.models import Branch, Incident, Person
from incidents.models.author import Authored
from incidents.rules import branch as rules
from incidents.situation import candidate
from incidents.timeline.record import record
from incidents.vocabulary import BranchState, BranchType, LaneKind
from warroom.kernel.actor import Actor
from warroom.kernel.refusal import Refused
from warroom.kernel.text import says_nothing

_LANE = LaneKind.MITIGATION.value


def open_branch(
    actor: Actor,
    incident_id: int,
    *,
    type: str,
    name: str,
    owner: Person,
    now: datetime,
    once: UUID | None = None,
) -> Branch:
    """Begin a branch (B-n). All three types at once need one owner of all (``B-THREE``)."""
    with act("branch.change", actor, incident_id, now, lane=_LANE, once=once) as incident:
        number = next_number(incident.branches.all())
        name = said(name, 200)
        _judge(incident, number, type, name, owner)
        row = Branch.objects.create(
            incident=incident,
            number=number,
            type=type,
            name=name,
            owner=owner,
            opened_at=now,
            **Authored.columns(actor),
        )
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
    return row


def pass_branch(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    owner: Person,
    now: datetime,
    once: UUID | None = None,
) -> Branch:
    """Give an active branch to another owner."""
    with act("branch.change", actor, incident_id, now, lane=_LANE, once=once) as incident:
        row = _active(incident, number, "owner")
        _judge(incident, number, row.type, row.name, owner)
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
    return row


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
    with act("branch.change", actor, incident_id, now, lane=_LANE, once=once) as incident:
        row = _active(incident, number, "state")
        if state not in (BranchState.MERGED, BranchState.ABANDONED):
            raise Refused.because("B-STATE", "Say whether it is merged or abandoned.", "state")
        if state == BranchState.ABANDONED and says_nothing(reason):
            raise Refused.because("B-REASON", "Say why it is abandoned.", "reason")
        row.state, row.ended_at, row.end_reason = state, now, said(reason, 300)
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


def _active(incident: Incident, number: int, field: str) -> Branch:
    row = incident.branches.select_related("owner").get(number=number)
    if row.state != BranchState.ACTIVE:
        state = BranchState(row.state).label.lower()
        raise Refused.because("B-STATE", f"{row.reference} is {state} already.", field)
    return row


def _judge(incident: Incident, number: int, kind: str, name: str, owner: Person) -> None:
    wanted = _seen(number, kind, name, owner)
    others = [
        _seen(b.number, b.type, b.name, b.owner)
        for b in incident.branches.active().select_related("owner")
    ]
    if problems := rules.violations(wanted, others):
        raise Refused(problems)


def _seen(number: int, kind: str, name: str, owner: Person) -> rules.ActiveBranch:
    able = candidate(owner)
    assert able is not None
    return rules.ActiveBranch(number, kind, name, able.id, able.name, able.can_act)
