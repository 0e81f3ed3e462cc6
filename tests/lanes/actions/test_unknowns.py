"""Unknowns on real rows: raised, resolved once, by who may."""

from datetime import timedelta

import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel.actor import Actor, ActorKind
from kernel.refusal import NotPermitted, Refused
from lanes import actions
from lanes.models import Unknown
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, declared
from tests.helpers.recommendations import run_concurrently

LANE = LaneKind.INVESTIGATION
LATER = START + timedelta(minutes=7)

type Owners = dict[LaneKind, Person]


def raised(by: Person, incident: Incident, text: str = "Why only eu-west?") -> Unknown:
    return actions.raise_unknown(by.as_actor(), incident.pk, lane=LANE, text=text, now=START)


def resolve(by: Person | Actor, incident: Incident, number: int = 1, *cited: int) -> Unknown:
    actor = by if isinstance(by, Actor) else by.as_actor()
    return actions.resolve_unknown(
        actor,
        incident.pk,
        number,
        lane=LANE,
        resolution="Its cache is pinned",
        evidence=cited,
        now=LATER,
    )


def test_it_is_numbered_within_the_incident(
    staffed: Incident, deputy: Person, lane_owners: Owners
) -> None:
    owner = lane_owners[LANE]
    other = declared(deputy)
    raised(deputy, other)

    assert [raised(owner, staffed).reference, raised(owner, staffed).reference] == ["U-1", "U-2"]


def test_what_resolved_it_stays_with_it(staffed: Incident, lane_owners: Owners) -> None:
    owner = lane_owners[LANE]
    raised(owner, staffed)
    shown = capture_evidence(staffed, owner, START)

    resolve(owner, staffed, 1, shown.number)

    row = Unknown.objects.get()
    assert (row.resolved_at, row.resolved_by, row.resolution) == (
        LATER,
        owner,
        "Its cache is pinned",
    )
    assert list(row.evidence.all()) == [shown]
    entry = staffed.timeline.latest("seq")
    assert (entry.kind, entry.lane, entry.subject) == ("unknown.resolved", LANE, "U-1")
    assert entry.data["evidence"] == ["E-1"]


def test_it_is_resolved_once_and_the_second_is_told_by_whom(
    staffed: Incident, commander: Person, lane_owners: Owners
) -> None:
    raised(lane_owners[LANE], staffed)
    resolve(lane_owners[LANE], staffed)

    with pytest.raises(Refused, match=f"U-1 is resolved already, by {lane_owners[LANE]}"):
        resolve(commander, staffed)


def test_evidence_of_another_incident_resolves_nothing(
    staffed: Incident, commander: Person, lane_owners: Owners
) -> None:
    raised(lane_owners[LANE], staffed)
    capture_evidence(declared(commander), commander, START)

    with pytest.raises(Refused, match="E-1: not evidence of this incident"):
        resolve(lane_owners[LANE], staffed, 1, 1)
    assert Unknown.objects.open().count() == 1


@pytest.mark.parametrize("lane", [LaneKind.MITIGATION, LaneKind.VERIFICATION])
def test_the_owner_of_another_lane_changes_none_here(
    staffed: Incident, lane_owners: Owners, lane: LaneKind
) -> None:
    with pytest.raises(NotPermitted, match="in the lane Investigation"):
        raised(lane_owners[lane], staffed)
    assert not Unknown.objects.exists()


def test_nor_by_naming_the_own_lane_for_it(staffed: Incident, lane_owners: Owners) -> None:
    raised(lane_owners[LANE], staffed)

    with pytest.raises(Unknown.DoesNotExist):
        actions.resolve_unknown(
            lane_owners[LaneKind.MITIGATION].as_actor(),
            staffed.pk,
            1,
            lane=LaneKind.MITIGATION,
            resolution="Its cache is pinned",
            now=LATER,
        )
    assert Unknown.objects.open().count() == 1


def test_an_agent_of_the_lane_raises_and_resolves(staffed: Incident, commander: Person) -> None:
    agent = Actor(ActorKind.AGENT, "lane-scout", commander.pk, lane=LANE)

    actions.raise_unknown(agent, staffed.pk, lane=LANE, text="Which nodes?", now=START)
    row = resolve(agent, staffed)

    assert (row.is_agent, row.actor_name, row.is_open) == (True, "lane-scout", False)


@pytest.mark.django_db(transaction=True)
def test_two_resolve_one_at_the_same_instant(
    staffed: Incident, commander: Person, lane_owners: Owners
) -> None:
    owner = lane_owners[LANE]

    def attempt(given: tuple[Person, int]) -> str:
        return resolve(given[0], staffed, given[1]).reference

    for number in range(1, 11):
        raised(owner, staffed)
        both = run_concurrently(attempt, (owner, number), (commander, number))
        assert sorted(both) == sorted([f"U-{number}", "U-STATE"])
