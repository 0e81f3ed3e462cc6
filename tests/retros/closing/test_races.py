"""Closing against what breaks a condition at the same instant: the lock lets one go first."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from incidents.models import Incident
from incidents.vocabulary import LaneKind
from tests.helpers.recommendations import Owners, run_concurrently
from tests.retros.closing.closable import Ending

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 67


class Contradicting:
    """Two owners who disagree; the one whose word makes it a contradiction comes second."""

    kind = "contradiction.opened"

    def __init__(self, ending: Ending, owners: dict[LaneKind, object]) -> None:
        self.ending = ending
        self.said = Owners(ending.incident, owners, ending.cited, ending.now)  # type: ignore[arg-type]
        self.said.recommend(LaneKind.MITIGATION, "rollback")

    def breaks(self) -> object:
        return self.said.recommend(LaneKind.VERIFICATION, "flag")

    def mends(self) -> None:
        rows = self.ending.incident.recommendations.filter(state="open", lane="verification")
        for row in rows:
            self.said.withdraw(row.number, self.said.owners[LaneKind.VERIFICATION])


class FailedRun:
    """A verification run that fails."""

    kind = "evidence.captured"

    def __init__(self, ending: Ending, owners: dict[LaneKind, object]) -> None:
        self.ending = ending

    def breaks(self) -> object:
        return self.ending.run(exit_code=1)

    def mends(self) -> None:
        self.ending.run()


class OwnerRemoved:
    """The statement without its watch owner."""

    kind = "closing.stated"

    def __init__(self, ending: Ending, owners: dict[LaneKind, object]) -> None:
        self.ending = ending

    def breaks(self) -> object:
        return self.ending.state(watch_owner=None)

    def mends(self) -> None:
        self.ending.state()


@pytest.mark.parametrize("way", [FailedRun, Contradicting, OwnerRemoved])
def test_it_is_never_closed_with_an_unmet_condition(
    ending: Ending, lane_owners: dict[LaneKind, object], way: type[FailedRun]
) -> None:
    ending.closable()
    ending.pace = timedelta(0)
    broken = way(ending, lane_owners)
    outcomes = set()
    for _ in range(ROUNDS):
        last = Incident.objects.get(pk=ending.incident.pk).last_seq

        def attempt(step: Callable[[], object]) -> str:
            step()
            return "done"

        closed, broke = run_concurrently(attempt, ending.close, broken.breaks)
        outcomes.add(closed == "done")
        if closed == "done":
            made = ending.incident.closings.last()
            assert made is not None
            # What breaks it was refused since it was closed, or came after.
            late = ending.incident.timeline.filter(kind=broken.kind, seq__gt=last)
            assert broke != "done" or [one.seq > made.seq for one in late] == [True]
            ending.reopen()
        else:
            assert closed.startswith("C-")
            assert ending.status == "active"
        broken.mends()
    assert True in outcomes
