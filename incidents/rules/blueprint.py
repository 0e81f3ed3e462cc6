"""The first hour, as five windows. Playbook, "60-minute command timeline blueprint"."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from incidents.rules.checklist import DerivedItem, against, item, last_of

HOUR = timedelta(minutes=60)
NOTE_FROM = timedelta(minutes=35)
"""A decision taken after the move window is the note on it; an earlier one is the move itself."""
COMMIT_FROM = timedelta(minutes=50)
"""A checkpoint due from here on carries the incident past its first hour."""


@dataclass(frozen=True, slots=True)
class BlueprintFacts:
    """When each condition was met; None while it is not.

    ``freeze_at``: a freeze, or a reason why not, on the last of the impacted surfaces.
    ``options_at``: the first mitigation options on record. ``last_checkpoint_due`` is the latest
    due time among the open checkpoints, ``last_checkpoint_set_at`` when that one was scheduled.
    """

    now: datetime
    declared_at: datetime
    severity_at: datetime | None = None
    freeze_at: datetime | None = None
    commander_at: datetime | None = None
    deputy_at: datetime | None = None
    options_at: datetime | None = None
    rollback_ready_at: datetime | None = None
    executed_at: datetime | None = None
    executed: str = ""
    compared_at: datetime | None = None
    verified_at: datetime | None = None
    failed_run: str = ""
    last_decision_at: datetime | None = None
    last_checkpoint_due: datetime | None = None
    last_checkpoint_set_at: datetime | None = None

    @property
    def minute(self) -> int:
        return max((self.now - self.declared_at) // timedelta(minutes=1), 0)


@dataclass(frozen=True, slots=True)
class Window:
    """Minutes ``start`` to ``end`` of the hour; the end belongs to the next window."""

    code: str
    title: str
    start: int
    end: int
    is_current: bool
    is_ahead: bool
    items: tuple[DerivedItem, ...]

    @property
    def is_met(self) -> bool:
        return all(check.met for check in self.items)

    @property
    def late(self) -> tuple[DerivedItem, ...]:
        """The items that are still unmet although the window has passed."""
        return tuple(check for check in self.items if check.late and not check.met)


@dataclass(frozen=True, slots=True)
class Blueprint:
    """``minute`` counts whole minutes since declaring and runs on past 60."""

    minute: int
    windows: tuple[Window, ...]

    @property
    def current(self) -> Window | None:
        """The window of this minute; none when the hour is over."""
        return next((window for window in self.windows if window.is_current), None)

    @property
    def late(self) -> tuple[DerivedItem, ...]:
        return tuple(check for window in self.windows for check in window.late)

    @property
    def is_visible(self) -> bool:
        """True in the first hour, and afterwards until every window is met."""
        return self.minute < 60 or not all(window.is_met for window in self.windows)


def blueprint(facts: BlueprintFacts) -> Blueprint:
    return Blueprint(
        facts.minute,
        (
            _window(facts, "grip", "Take control", (0, 10), _grip(facts)),
            _window(facts, "options", "Options", (10, 20), _options(facts)),
            _window(facts, "move", "One move", (20, 35), _move(facts)),
            _window(facts, "verify", "Verify", (35, 50), _verify(facts)),
            _window(facts, "commit", "Commit", (50, 60), _commit(facts)),
        ),
    )


def _window(
    facts: BlueprintFacts,
    code: str,
    title: str,
    span: tuple[int, int],
    items: tuple[DerivedItem, ...],
) -> Window:
    start, end = span
    minute = facts.minute
    limit = facts.declared_at + timedelta(minutes=end)
    judged = tuple(against(unchecked, limit, facts.now) for unchecked in items)
    return Window(code, title, start, end, start <= minute < end, minute < start, judged)


def _grip(facts: BlueprintFacts) -> tuple[DerivedItem, ...]:
    people = last_of(facts.commander_at, facts.deputy_at)
    unnamed = [
        name
        for name, moment in (("commander", facts.commander_at), ("deputy", facts.deputy_at))
        if moment is None
    ]
    return (
        item("severity", "Severity hypothesis", facts.severity_at, "no severity hypothesis"),
        item("freeze", "Freeze", facts.freeze_at, "a surface is neither frozen nor excused"),
        item("people", "Commander, deputy", people, f"no {' and no '.join(unnamed)}"),
    )


def _options(facts: BlueprintFacts) -> tuple[DerivedItem, ...]:
    return (
        item("options", "Mitigation options", facts.options_at, "no mitigation options yet"),
        item("rollback", "Rollback ready", facts.rollback_ready_at, "rollback is not ready"),
    )


def _move(facts: BlueprintFacts) -> tuple[DerivedItem, ...]:
    label = f"One option executed: {facts.executed}" if facts.executed else "One option executed"
    return (item("executed", label, facts.executed_at, "no option executed yet"),)


def _verify(facts: BlueprintFacts) -> tuple[DerivedItem, ...]:
    failed = bool(facts.failed_run)
    missing = f"run {facts.failed_run} failed" if failed else "not verified yet"
    verified = item("verified", "Verified", None if failed else facts.verified_at, missing)
    return (
        item("compared", "Compared with the baseline", facts.compared_at, "no comparison yet"),
        replace(verified, failed=failed),
    )


def _commit(facts: BlueprintFacts) -> tuple[DerivedItem, ...]:
    noted, due = facts.last_decision_at, facts.last_checkpoint_due
    if noted is not None and noted < facts.declared_at + NOTE_FROM:
        noted = None
    committed = facts.last_checkpoint_set_at
    if due is None or due < facts.declared_at + COMMIT_FROM:
        committed = None
    return (
        item("note", "Decision note", noted, "no decision note yet"),
        item("next", "Next checkpoints", committed, "no checkpoint beyond the first hour"),
    )
