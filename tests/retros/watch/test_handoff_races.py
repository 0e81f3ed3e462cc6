"""An offer of the watch against another hand at the same instant: each ends in one way."""

import pytest

from incidents.models import Assignment, Person
from incidents.vocabulary import RoleName
from lanes.models import Handoff
from lanes.models.handoff import HandoffState
from tests.helpers.recommendations import run_concurrently
from tests.helpers.tiers import in_tier
from tests.retros.watch.handoffs import WatchRun

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = in_tier(test=5, prove=50)
CLOSINGS = in_tier(test=3, prove=20)
"""Rounds that each end with another closing."""


def current() -> int:
    return Assignment.objects.current().filter(role=RoleName.WATCH_OWNER).count()


def state(number: int) -> str:
    return str(Handoff.objects.get(number=number).state)


def test_of_two_tabs_that_accept_at_once_one_does(watching: WatchRun, stranger: Person) -> None:
    """Back and forth: what one accepts, the next round offers back."""
    giver, receiver = watching.owner, stranger
    for number in range(1, ROUNDS + 1):
        watching.offer(receiver)

        answers = run_concurrently(
            lambda by, n=number: watching.accept(by, n).state, receiver, receiver
        )

        assert sorted(answers) == ["H-STATE", "accepted"]
        assert (watching.owner, current()) == (receiver, 1)
        giver, receiver = receiver, giver
    assert watching.incident.timeline.filter(kind="handoff.accepted").count() == ROUNDS


def test_accepting_against_withdrawing_has_one_outcome(
    watching: WatchRun, stranger: Person
) -> None:
    giver, receiver = watching.owner, stranger
    for number in range(1, ROUNDS + 1):
        watching.offer(receiver)

        answers = run_concurrently(
            lambda do: do(),
            lambda n=number, by=receiver: watching.accept(by, n).state,
            lambda n=number, by=giver: watching.withdraw(by, n).state,
        )

        assert answers.count("H-STATE") == 1
        assert state(number) in answers
        if state(number) == HandoffState.ACCEPTED:
            giver, receiver = receiver, giver
        assert watching.owner == giver


def test_accepting_against_the_trigger_that_fires_has_one_outcome(
    watching: WatchRun, stranger: Person
) -> None:
    """Fired it is, either way; the watch passed on before that, or not at all."""
    ending, commander = watching.ending, watching.ending.commander
    giver, outcomes = watching.owner, set()
    for number in range(1, CLOSINGS + 1):
        watching.offer(stranger, by=giver)

        accepted, fired = run_concurrently(
            lambda do: do(),
            lambda n=number: watching.accept(stranger, n).state,
            lambda: ending.fire(by=commander).status,
        )

        assert (fired, ending.status) == ("active", "active")
        assert (accepted, state(number), watching.owner) in {
            ("accepted", HandoffState.ACCEPTED, stranger),
            ("H-STATE", HandoffState.WITHDRAWN, giver),
        }
        assert current() == 1
        assert not Handoff.objects.open().exists()
        outcomes.add(accepted)
        ending.after(seconds=1)
        ending.run()
        ending.recovered()
        # It names the giver again.
        ending.state()
        ending.close()
        assert watching.owner == giver
    assert outcomes
