"""Is the incident under control, and did the first 15 minutes go as they should?

Playbook, "First-15-minutes protocol": no owner + no snapshot means no reliable control.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.checklist import DerivedItem, against, item, last_of
from incidents.rules.wording import first_lower, listed
from incidents.vocabulary import LaneKind

FIRST_MINUTES = timedelta(minutes=15)

NO_SEVERITY = "no severity declared"
NO_COMMANDER = "no commander named"
NO_EVIDENCE = "no evidence snapshot yet"


@dataclass(frozen=True, slots=True)
class ControlFacts:
    """When each condition was met; None while it is not.

    ``commander_at`` is the moment since which there has always been a commander, so that
    handing over command does not move it.
    """

    severity_at: datetime | None
    commander_at: datetime | None
    first_evidence_at: datetime | None


@dataclass(frozen=True, slots=True)
class Control:
    """``since`` is set exactly when the incident is under control; ``missing`` are clauses."""

    since: datetime | None
    missing: tuple[str, ...]

    @property
    def is_held(self) -> bool:
        return not self.missing

    @property
    def sentence(self) -> str:
        if self.is_held:
            return "Under control"
        return f"Not under control: {', '.join(self.missing)}"


def under_control(facts: ControlFacts) -> Control:
    wanted = (
        (facts.severity_at, NO_SEVERITY),
        (facts.commander_at, NO_COMMANDER),
        (facts.first_evidence_at, NO_EVIDENCE),
    )
    missing = tuple(clause for moment, clause in wanted if moment is None)
    return Control(last_of(*(moment for moment, _ in wanted)), missing)


@dataclass(frozen=True, slots=True)
class SurfaceStop:
    """An impacted surface, and when it was first frozen or its freeze declined with a reason.

    A freeze that was lifted since still counts: it was there in time.
    """

    name: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class FirstFifteenFacts:
    """``lanes`` says since when each lane has had an owner; a lane left out has none."""

    now: datetime
    declared_at: datetime
    control: ControlFacts
    stops: tuple[SurfaceStop, ...]
    lanes: Mapping[str, datetime | None]


def first_fifteen(facts: FirstFifteenFacts) -> tuple[DerivedItem, ...]:
    """The four items in the playbook's order: grip, freeze, snapshot, owners."""
    limit = facts.declared_at + FIRST_MINUTES
    items = (_grip(facts.control), freeze_item(facts.stops), _snapshot(facts), _owners(facts))
    return tuple(against(entry, limit, facts.now) for entry in items)


def _grip(control: ControlFacts) -> DerivedItem:
    wanted = ((control.severity_at, NO_SEVERITY), (control.commander_at, NO_COMMANDER))
    missing = ", ".join(clause for moment, clause in wanted if moment is None)
    met_at = last_of(control.severity_at, control.commander_at)
    return item("grip", "Severity and commander", met_at, missing)


def freeze_item(stops: tuple[SurfaceStop, ...]) -> DerivedItem:
    """Every impacted surface is frozen, or a reason says why not.

    With no surface named the item is unmet: nothing shows what should be frozen.
    """
    open_names = [stop.name for stop in stops if stop.at is None]
    missing = f"no freeze on {listed(open_names)}, and no reason why not"
    if not stops:
        missing = "no impacted surface is named"
    return item("freeze", "Freeze", last_of(*(stop.at for stop in stops)), missing)


def _snapshot(facts: FirstFifteenFacts) -> DerivedItem:
    met_at = facts.control.first_evidence_at
    return item("snapshot", "First evidence snapshot", met_at, NO_EVIDENCE)


def _owners(facts: FirstFifteenFacts) -> DerivedItem:
    since = {lane: facts.lanes.get(lane) for lane in LaneKind}
    unowned = [lane for lane, moment in since.items() if moment is None]
    met_at = last_of(*since.values())
    return item("owners", "An owner for each lane", met_at, without_owner(*unowned))


def without_owner(*lanes: LaneKind) -> str:
    verb = "has" if len(lanes) == 1 else "have"
    return f"{listed(first_lower(lane.label) for lane in lanes)} {verb} no owner"
