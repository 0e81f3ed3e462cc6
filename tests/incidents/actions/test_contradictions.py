"""Contradictions between recommendations: opened, joined and over, on real rows."""

from datetime import timedelta

import pytest

from incidents.actions import roles
from incidents.models import Incident, Notice, Person, TimelineEntry
from incidents.rules.conflict import Scores
from incidents.vocabulary import LaneKind, Option, RecommendationState, RoleName
from kernel.actor import Actor, ActorKind
from tests.helpers.factories import START, declared
from tests.helpers.recommendations import Owners, run_concurrently
from tests.incidents.actions.test_supersede import Deciding

NOW = START + timedelta(minutes=10)
INVESTIGATION, MITIGATION = LaneKind.INVESTIGATION, LaneKind.MITIGATION
VERIFICATION = LaneKind.VERIFICATION


def sides(incident: Incident) -> dict[str, list[str]]:
    """Each contradiction with its sides, an ended one in brackets."""
    return {
        x.reference if x.is_open else f"({x.reference})": [
            side.recommendation.reference for side in x.sides.select_related("recommendation")
        ]
        for x in incident.contradictions.all()
    }


def states(incident: Incident) -> list[str]:
    return list(incident.recommendations.values_list("state", flat=True))


def entry(incident: Incident, kind: str) -> TimelineEntry:
    return incident.timeline.filter(kind=kind).latest("seq")


def test_two_owners_with_two_options_contradict_each_other(
    staffed: Incident,
    recommending: Owners,
    commander: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "hotfix")

    assert sides(staffed) == {"X-1": ["R-1", "R-2"]}
    assert entry(staffed, "contradiction.opened").data["recommendations"] == "R-1 and R-2"
    told = Notice.objects.filter(kind="contradiction.opened")
    assert {notice.person for notice in told} == {commander, lane_owners[MITIGATION]}
    assert {notice.subject for notice in told} == {"X-1"}


def test_owners_of_one_mind_do_not(staffed: Incident, recommending: Owners) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "rollback")

    assert sides(staffed) == {}


def test_one_person_with_two_lanes_does_not_contradict_themselves(
    staffed: Incident,
    recommending: Owners,
    commander: Person,
    lane_owners: dict[LaneKind, Person],
) -> None:
    owner = lane_owners[MITIGATION]
    roles.assign(
        commander.as_actor(),
        staffed.pk,
        role=RoleName.LANE_OWNER,
        lane=INVESTIGATION,
        person=owner,
        now=NOW,
    )
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "flag", by=owner)

    assert states(staffed) == [RecommendationState.OPEN] * 2
    assert sides(staffed) == {}

    recommending.recommend(VERIFICATION, "flag")

    assert sides(staffed) == {"X-1": ["R-1", "R-2", "R-3"]}


def test_a_third_joins_the_open_one(staffed: Incident, recommending: Owners) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "hotfix")

    recommending.recommend(VERIFICATION, "flag")

    assert sides(staffed) == {"X-1": ["R-1", "R-2", "R-3"]}
    joined = entry(staffed, "contradiction.joined")
    assert (joined.subject, joined.data["recommendation"]) == ("X-1", "R-3")
    assert staffed.timeline.filter(kind="contradiction.opened").count() == 1


def test_who_changes_to_a_third_option_keeps_it_open(
    staffed: Incident, recommending: Owners
) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "hotfix")

    recommending.recommend(INVESTIGATION, "flag")

    assert sides(staffed) == {"X-1": ["R-1", "R-2", "R-3"]}
    assert entry(staffed, "contradiction.joined").data["recommendation"] == "R-3"


def test_who_comes_to_agree_ends_it(staffed: Incident, recommending: Owners) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "hotfix")

    recommending.recommend(INVESTIGATION, "rollback")

    ended = staffed.contradictions.get()
    assert (ended.closed_at, ended.decision) == (NOW, None)
    assert ended.closing_reason == "R-1 and R-3 no longer contradict each other."
    assert entry(staffed, "contradiction.dissolved").data["reason"] == ended.closing_reason


def test_another_disagreement_is_another_contradiction(
    staffed: Incident, recommending: Owners
) -> None:
    for option in ("hotfix", "rollback", "flag"):
        recommending.recommend(MITIGATION, "rollback")
        recommending.recommend(INVESTIGATION, option)

    assert list(sides(staffed)) == ["(X-1)", "X-2"]


def test_an_agent_is_an_owner_of_its_own(
    staffed: Incident, recommending: Owners, lane_owners: dict[LaneKind, Person]
) -> None:
    agent = Actor(ActorKind.AGENT, "Helper", lane_owners[MITIGATION].pk, lane=MITIGATION)
    recommending.recommend(MITIGATION, "rollback")

    made = recommending.recommend(MITIGATION, "flag", by=agent)

    assert made.is_agent
    assert states(staffed) == [RecommendationState.OPEN] * 2
    assert sides(staffed) == {"X-1": ["R-1", "R-2"]}


def test_who_withdraws_ends_it(
    staffed: Incident, recommending: Owners, lane_owners: dict[LaneKind, Person]
) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "hotfix")

    recommending.withdraw(1, lane_owners[MITIGATION])

    assert sides(staffed) == {"(X-1)": ["R-1", "R-2"]}
    assert staffed.contradictions.get().closing_reason == "Only R-2 is left."


def test_with_two_left_that_differ_it_goes_on(
    staffed: Incident, recommending: Owners, lane_owners: dict[LaneKind, Person]
) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "hotfix")
    recommending.recommend(VERIFICATION, "flag")

    recommending.withdraw(1, lane_owners[MITIGATION])

    assert list(sides(staffed)) == ["X-1"]


@pytest.mark.django_db(transaction=True)
def test_two_owners_at_once_open_one_contradiction_with_both(
    staffed: Incident, recommending: Owners
) -> None:
    wanted = [(MITIGATION, "rollback"), (INVESTIGATION, "hotfix")]

    for _ in range(10):
        answers = run_concurrently(lambda one: recommending.recommend(*one).reference, *wanted)

        found = staffed.contradictions.open().get()
        both = [side.recommendation.reference for side in found.sides.all()]
        assert sorted(both) == sorted(answers)
        for made in staffed.recommendations.open():
            recommending.withdraw(made.number, recommending.owners[made.lane])


def test_holding_resolves_it_when_holding_is_the_side_that_leads(
    commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    incident = declared(commander)
    deciding = Deciding(incident, commander, lane_owners)
    owners = Owners(incident, lane_owners, deciding.cited, NOW)
    owners.recommend(MITIGATION, "hold", reversibility=5)
    owners.recommend(INVESTIGATION, "rollback", reversibility=2)

    made = deciding.decide(Option.HOLD, scores={1: Scores(5, 1), 2: Scores(2, 3)})

    assert incident.contradictions.get().decision == made
    assert states(incident) == [RecommendationState.CHOSEN, RecommendationState.PASSED_OVER]


def test_holding_leaves_it_open_when_nobody_recommends_it(
    commander: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    incident = declared(commander)
    deciding = Deciding(incident, commander, lane_owners)
    owners = Owners(incident, lane_owners, deciding.cited, NOW)
    owners.recommend(MITIGATION, "flag")
    owners.recommend(INVESTIGATION, "rollback")

    deciding.decide(Option.HOLD)

    assert sides(incident) == {"X-1": ["R-1", "R-2"]}
