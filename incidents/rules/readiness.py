"""Are we ready to decide? Playbook, "Provider-specific readiness checks"."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from incidents.rules.checklist import DerivedItem
from incidents.rules.control import NO_COMMANDER, without_owner
from incidents.rules.wording import duration, listed
from incidents.vocabulary import LaneKind
from kernel.text import says_nothing

NEEDED_LANES = (LaneKind.MITIGATION, LaneKind.VERIFICATION, LaneKind.COMMUNICATION)
"""The owner graph needs these besides the commander; investigation may still be unowned."""


@dataclass(frozen=True, slots=True)
class SurfaceRevision:
    name: str
    revision: str


@dataclass(frozen=True, slots=True)
class RollbackCheck:
    """The latest evidence item that is a rollback safety check.

    Only the latest counts: the path must run *now*, and a later failure disproves an earlier
    success. ``succeeded``: exit code 0, or not a command. ``ran_at``: when it ran, where that is
    known to be earlier than when it was captured.
    """

    number: int
    succeeded: bool
    captured_at: datetime
    ran_at: datetime | None = None

    def holds_until(self, lasts: timedelta) -> datetime:
        """What ran then need not run any more after it."""
        return (self.ran_at or self.captured_at) + lasts


@dataclass(frozen=True, slots=True)
class ReadinessFacts:
    """``revision`` is the incident's own last known-good one and answers for every surface.

    ``check_lasts``: how long a rollback check shows that the path runs *now*.
    """

    now: datetime
    check_lasts: timedelta
    revision: str
    surfaces: tuple[SurfaceRevision, ...]
    rollback_check: RollbackCheck | None
    has_commander: bool
    owned_lanes: frozenset[str]
    channel: str
    claimed: str = ""
    """A newer rollback check that nobody has confirmed, and who claims it: ``E-4 as … claims``."""


@dataclass(frozen=True, slots=True)
class Readiness:
    repository: DerivedItem
    owners: DerivedItem
    channel: DerivedItem

    @property
    def items(self) -> tuple[DerivedItem, ...]:
        return (self.repository, self.owners, self.channel)

    @property
    def holds(self) -> bool:
        return all(item.met for item in self.items)

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(item.missing for item in self.items if item.missing)


def readiness(facts: ReadinessFacts) -> Readiness:
    check = facts.rollback_check
    return Readiness(
        DerivedItem(
            "repository",
            "Repository state",
            check.captured_at if check and check.succeeded else None,
            _joined(_no_revision(facts), _no_rollback_path(check, facts)),
        ),
        DerivedItem("owners", "Owner graph", missing=_joined(*_unnamed(facts))),
        DerivedItem(
            "channel",
            "Evidence channel",
            missing="no evidence channel is named" if says_nothing(facts.channel) else "",
        ),
    )


def _joined(*clauses: str) -> str:
    return "; ".join(clause for clause in clauses if clause)


def _no_revision(facts: ReadinessFacts) -> str:
    if not says_nothing(facts.revision):
        return ""
    unknown = [surface.name for surface in facts.surfaces if says_nothing(surface.revision)]
    if facts.surfaces and not unknown:
        return ""
    of_surfaces = f" of {listed(unknown)}" if unknown else ""
    return f"no last known-good revision{of_surfaces} is recorded"


def _no_rollback_path(check: RollbackCheck | None, facts: ReadinessFacts) -> str:
    if facts.claimed and (check is None or not check.succeeded):
        return f"the last rollback check, {facts.claimed}, is not confirmed"
    if check is None:
        return "no evidence shows that the rollback path runs now"
    if not check.succeeded:
        return f"the last rollback check, E-{check.number}, failed"
    if check.holds_until(facts.check_lasts) >= facts.now:
        return ""
    limit = duration(facts.check_lasts)
    return f"the last rollback check, E-{check.number}, is older than {limit}: run it again"


def _unnamed(facts: ReadinessFacts) -> tuple[str, str]:
    unowned = [lane for lane in NEEDED_LANES if lane not in facts.owned_lanes]
    return (
        "" if facts.has_commander else NO_COMMANDER,
        without_owner(*unowned) if unowned else "",
    )
