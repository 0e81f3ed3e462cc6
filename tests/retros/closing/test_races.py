"""Closing against what breaks a condition at the same instant: the lock lets one go first."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incidents.models import Incident
from incidents.vocabulary import LaneKind
from tests.helpers.recommendations import Owners, run_concurrently
from tests.helpers.tiers import in_tier
from tests.retros.closing.closable import ClosingRun

pytestmark = pytest.mark.django_db(transaction=True)

MAX_ROUNDS = 67
"""Closing reads most before it asks for the lock, and so is the first in few rounds."""

MIN_ROUNDS = in_tier(test=5, prove=MAX_ROUNDS)
"""After these a test ends as soon as closing was the first once."""


class Contradicting:
    """Two owners who disagree; the one whose word makes it a contradiction comes second."""

    kind = "contradiction.opened"

    def __init__(self, ending: ClosingRun, owners: dict[LaneKind, object]) -> None:
        self.ending = ending
        self.said = Owners(ending.incident, owners, ending.cited, ending.now)  # type: ignore[arg-type]
        self.said.recommend(LaneKind.MITIGATION, "rollback")

    def breaks(self) -> object:
        return self.said.recommend(LaneKind.VERIFICATION, "flag")

    def remedies(self) -> None:
        rows = self.ending.incident.recommendations.filter(state="open", lane="verification")
        for row in rows:
            self.said.withdraw(row.number, self.said.owners[LaneKind.VERIFICATION])


class FailedRun:
    """A verification run that fails."""

    kind = "evidence.captured"

    def __init__(self, ending: ClosingRun, owners: dict[LaneKind, object]) -> None:
        self.ending = ending

    def breaks(self) -> object:
        return self.ending.run(exit_code=1)

    def remedies(self) -> None:
        self.ending.run()


class OwnerRemoved:
    """The statement without its watch owner."""

    kind = "closing.stated"

    def __init__(self, ending: ClosingRun, owners: dict[LaneKind, object]) -> None:
        self.ending = ending

    def breaks(self) -> object:
        return self.ending.state(watch_owner=None)

    def remedies(self) -> None:
        self.ending.state()


@pytest.mark.parametrize("way", [FailedRun, Contradicting, OwnerRemoved])
def test_it_is_never_closed_with_an_unmet_condition(
    ending: ClosingRun, lane_owners: dict[LaneKind, object], way: type[FailedRun]
) -> None:
    ending.closable()
    ending.pace = timedelta(0)
    broken = way(ending, lane_owners)
    outcomes = set()
    for number in range(MAX_ROUNDS):
        if number >= MIN_ROUNDS and True in outcomes:
            break
        last = Incident.objects.get(pk=ending.incident.pk).last_seq

        def attempt(step: Callable[[], object]) -> str:
            step()
            return "done"

        closed, broke = run_concurrently(attempt, ending.close, broken.breaks)
        outcomes.add(closed == "done")
        if closed == "done":
            closing_row = ending.incident.closings.last()
            assert closing_row is not None
            # What breaks it was refused since it was closed, or came after.
            late = ending.incident.timeline.filter(kind=broken.kind, seq__gt=last)
            assert broke != "done" or [entry.seq > closing_row.seq for entry in late] == [True]
            ending.reopen()
        else:
            assert closed.startswith("C-")
            assert ending.status == "active"
        broken.remedies()
    assert True in outcomes
