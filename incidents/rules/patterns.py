"""Anti-patterns, derived from the record. Playbook, "Advanced anti-patterns".

These need facts of incidents only; lanes and comms have their own in ``rules/patterns.py``.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.rules.wording import listed

MANY_LANES_COUNT = 3


@dataclass(frozen=True, slots=True)
class Pattern:
    """One anti-pattern that currently applies: its sentence, and the button that mends it.

    ``subject`` distinguishes several of the same code. ``lane`` and ``others`` are the lanes on
    whose pages it is displayed as well.
    """

    code: str
    label: str
    sentence: str
    subject: str = ""
    lane: str = ""
    button: str = ""
    href: str = ""
    others: tuple[str, ...] = ()

    def concerns(self, lane: str) -> bool:
        return lane == self.lane or lane in self.others


@dataclass(frozen=True, slots=True)
class OwnedLane:
    """A lane and who owns it."""

    lane: str
    label: str
    person: int
    name: str


@dataclass(frozen=True, slots=True)
class Change:
    """The progress of a mitigation. ``run_at``: when its verification run was captured."""

    reference: str
    executor: int
    verifier: int
    executor_name: str
    is_unfinished: bool
    is_superseded: bool = False
    started_at: datetime | None = None
    done_at: datetime | None = None
    run_at: datetime | None = None


def hero(owned: Iterable[OwnedLane], changes: Iterable[Change]) -> tuple[Pattern, ...]:
    """One person owns three lanes or more, or executes and verifies the same decision."""
    lanes: dict[int, list[OwnedLane]] = defaultdict(list)
    for lane in owned:
        lanes[lane.person].append(lane)
    patterns = [
        _of_lanes(owned_lanes)
        for owned_lanes in lanes.values()
        if len(owned_lanes) >= MANY_LANES_COUNT
    ]
    patterns += [_of_decision(c) for c in changes if c.is_unfinished and c.executor == c.verifier]
    return tuple(patterns)


def _of_lanes(owned: list[OwnedLane]) -> Pattern:
    lanes = listed(lane.label for lane in owned)
    return Pattern(
        "HERO",
        "One-lane hero mode",
        f"{owned[0].name} owns {len(owned)} lanes: {lanes}. Fast at first, fragile later.",
        subject=f"person {owned[0].person}",
        button="Name another owner",
        others=tuple(lane.lane for lane in owned),
    )


def _of_decision(change: Change) -> Pattern:
    return Pattern(
        "HERO",
        "One-lane hero mode",
        f"{change.executor_name} executes and verifies {change.reference}: a second person sees"
        " more.",
        subject=change.reference,
        button="Decide again with two people",
    )


@dataclass(frozen=True, slots=True)
class Merge:
    """A branch that was merged: it changes what runs, as an executed mitigation does."""

    reference: str
    at: datetime


def stale(
    changes: Iterable[Change], merges: Iterable[Merge] = (), run_at: datetime | None = None
) -> tuple[Pattern, ...]:
    """The last verification run is older than the last executed change or merged branch.

    A change needs a run on which its verdict rests. A merge has no verdict: ``run_at``, when the
    newest run that succeeded was captured, answers for it.
    """
    changes = tuple(changes)
    runs = [c.run_at for c in changes if c.run_at]
    if not runs:
        return ()
    newest = max(runs)
    late = [(c.done_at, c.reference, "executed") for c in changes if c.done_at]
    late = [row for row in late if row[0] >= newest]
    newest = max(newest, run_at or newest)
    late += [(merge.at, merge.reference, "merged") for merge in merges if merge.at >= newest]
    if not late:
        return ()
    _, reference, act = max(late)
    return (
        Pattern(
            "STALE",
            "Verification older than the last change",
            f"{reference} was {act} after the last verification run. A green statement without a"
            " rerun is no proof.",
            subject=reference,
            lane="verification",
            button="Capture a verification run",
        ),
    )


def parallel(changes: Iterable[Change]) -> tuple[Pattern, ...]:
    """Two mitigations in effect at once: one was superseded after it was started.

    It ends when the later one is verified, failed or ended.
    """
    changes = tuple(changes)
    running = next((c for c in changes if c.is_unfinished and c.started_at), None)
    left = [c for c in changes if c.is_superseded and c.started_at and not c.run_at]
    if running is None or not left:
        return ()
    names = listed(c.reference for c in left)
    were = "was" if len(left) == 1 else "were"
    return (
        Pattern(
            "PARALLEL",
            "Parallel mitigations",
            f"{names} {were} begun and not verified, and {running.reference} runs as well: what"
            " helps and what harms cannot be told apart.",
            subject=running.reference,
            lane="mitigation",
            button=f"Verify {running.reference}",
        ),
    )
