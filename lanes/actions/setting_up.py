"""Setting up an incident at once: evidence, owners, boundaries, channel, freezes, checkpoint."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from incidents.actions.checkpoint_steps import schedule_step
from incidents.actions.evidence_steps import (
    MaskedCapture,
    capture_step,
    clean_capture,
    mask_capture,
)
from incidents.actions.freeze_steps import freeze_step
from incidents.actions.lifecycle_steps import set_channel_step
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import (
    give_role_step,
    holder,
    responder_violations,
    role_label,
)
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person, Surface
from incidents.rules import checkpoint as checkpoint_rules
from incidents.rules import evidence as evidence_rules
from incidents.rules import incident_details as detail_rules
from incidents.rules import role as role_rules
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind, RoleName
from kernel.actor import Actor
from kernel.refusal import Refused, Violation
from lanes.actions.boundary_steps import set_boundary_step
from lanes.facts.set_up import unfrozen, unset_boundaries
from lanes.rules import set_up as rules
from lanes.rules.boundary import Boundary
from lanes.rules.boundary import violations as boundary_violations

FREEZE_REASON = "Hold still while the incident is open."
CHECKPOINT_PURPOSE = "The first decision"


@dataclass(frozen=True, slots=True)
class SetUp:
    """What the form says; what is empty is left as it is.

    ``owners`` are by lane. ``unread`` are fields that could not be read: they are refused together
    with what the rules find, so that everything unmet shows at once.
    """

    owners: Mapping[str, Person] = field(default_factory=dict)
    deputy: Person | None = None
    covers: bool = False
    channel: str = ""
    freeze: bool = False
    checkpoint: datetime | None = None
    evidence: str = ""
    unread: tuple[Violation, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """What is not on record yet, of what was filled in."""

    roles: tuple[tuple[str, str, Person], ...]
    boundaries: Mapping[LaneKind, Boundary]
    channel: str
    surfaces: tuple[Surface, ...]
    checkpoint: datetime | None
    has_evidence: bool

    @property
    def is_empty(self) -> bool:
        return not (
            self.roles
            or self.boundaries
            or self.channel
            or self.surfaces
            or self.checkpoint
            or self.has_evidence
        )


def set_up(
    actor: Actor, incident_id: int, plan: SetUp, *, now: datetime, once: UUID | None = None
) -> Incident:
    """Write all of it with one entry for each fact, or none of it with everything unmet.

    What is so already is passed over: the page can be sent again later, for what was left open.
    """
    cleaned = clean_capture(_capture(plan.evidence)) if plan.evidence.strip() else None
    problems = [*plan.unread, *_evidence_violations(cleaned)]
    masked = mask_capture(cleaned) if cleaned and not problems else None
    with incident_action("incident.set_up", actor, incident_id, now, once=once) as incident:
        changes = _changes(incident, plan, has_evidence=cleaned is not None)
        problems += _violations(incident, changes, now)
        if not problems:
            problems += rules.nothing_violations(is_empty=changes.is_empty)
        if problems:
            raise Refused(problems)
        _write(incident, actor, changes, masked, now)
    return incident


def _capture(text: str) -> Capture:
    """What was pasted: a link where it is nothing but an address, else a log."""
    pasted = text.strip()
    if pasted.startswith(("https://", "http://")) and len(pasted.split()) == 1:
        return Capture(EvidenceKind.LINK, url=pasted)
    return Capture(EvidenceKind.LOG, text=text)


def _evidence_violations(cleaned: Capture | None) -> list[Violation]:
    problems = evidence_rules.violations(cleaned) if cleaned else ()
    return [replace(problem, field="evidence") for problem in problems]


def _changes(incident: Incident, plan: SetUp, *, has_evidence: bool) -> Changes:
    wanted = [
        (RoleName.LANE_OWNER.value, lane.value, plan.owners.get(lane.value)) for lane in LaneKind
    ]
    wanted.append((RoleName.DEPUTY.value, "", plan.deputy))
    return Changes(
        roles=tuple(
            (role, lane, person)
            for role, lane, person in wanted
            if person is not None and holder(incident, role, lane) != person
        ),
        boundaries=unset_boundaries(incident) if plan.covers else {},
        channel=plan.channel if plan.channel != incident.evidence_channel else "",
        surfaces=tuple(unfrozen(incident)) if plan.freeze else (),
        checkpoint=plan.checkpoint,
        has_evidence=has_evidence,
    )


def _violations(incident: Incident, changes: Changes, now: datetime) -> list[Violation]:
    problems: list[Violation] = []
    for role, lane, person in changes.roles:
        problems += responder_violations(person, lane or role)
        if role == RoleName.DEPUTY and person == holder(incident, RoleName.COMMANDER):
            label = RoleName.COMMANDER.label.lower()
            same = role_rules.deputy_violations(str(person), label)
            problems += (replace(violation, field=role) for violation in same)
    for boundary in changes.boundaries.values():
        broken = boundary_violations(boundary)
        problems += (replace(violation, field="covers") for violation in broken)
    if changes.channel:
        problems += detail_rules.channel_violations(changes.channel)
    if changes.checkpoint is not None:
        problems += checkpoint_rules.schedule_violations(
            changes.checkpoint, now, incident.severity, field="checkpoint"
        )
    return problems


def _write(
    incident: Incident,
    actor: Actor,
    changes: Changes,
    masked: MaskedCapture | None,
    now: datetime,
) -> None:
    if masked is not None:
        capture_step(incident, masked, actor, now)
    for role, lane, person in changes.roles:
        give_role_step(incident, actor, role, lane, person, now)
    for kind, boundary in changes.boundaries.items():
        set_boundary_step(incident, actor, kind, boundary, now)
    if changes.channel:
        set_channel_step(incident, actor, changes.channel, now)
    for surface in changes.surfaces:
        freeze_step(incident, actor, surface, "", FREEZE_REASON, now)
    if changes.checkpoint is not None:
        schedule_step(incident, actor, changes.checkpoint, CHECKPOINT_PURPOSE, now)
    _notify(incident, actor, changes, now)


def _notify(incident: Incident, actor: Actor, changes: Changes, now: datetime) -> None:
    """One notice for each person, however many roles they were given."""
    roles: dict[Person, list[str]] = defaultdict(list)
    for role, lane, person in changes.roles:
        if person.pk != actor.id:
            roles[person].append(role_label(role, lane))
    for person, labels in roles.items():
        sentence = f"You are {' and '.join(labels)} of {incident.reference} {incident.title}."
        href = incident.get_absolute_url()
        notify_step(incident, [person], "role.assigned", sentence[:300], href, now)
