"""Who takes part recommends to a lane; its owner adopts it as theirs, or declines it."""

from datetime import timedelta

import pytest

from incidents.actions import recommendations, roles
from incidents.assessments.notices import current_notices
from incidents.duties.duty import duties
from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts, read_facts
from incidents.models import Incident, Notice, Person, Recommendation
from incidents.vocabulary import LaneKind, RecommendationState, RoleName
from kernel.refusal import NotPermitted, Refused
from tests.helpers.factories import START
from tests.helpers.recommendations import Owners, recommendation_input
from tests.incidents.actions.test_contradictions import sides, states

NOW = START + timedelta(minutes=10)
INVESTIGATION, MITIGATION = LaneKind.INVESTIGATION, LaneKind.MITIGATION
PROPOSED, DECLINED = RecommendationState.PROPOSED, RecommendationState.DECLINED
OPEN, REPLACED = RecommendationState.OPEN, RecommendationState.REPLACED


@pytest.fixture
def helper(staffed: Incident, stranger: Person) -> Person:
    """Takes part, and owns no lane."""
    roles.join(stranger.as_actor(), staffed.pk, now=NOW)
    return stranger


class Lanes:
    """Recommending to a lane, and the answers of its owner, a minute a step."""

    def __init__(self, owners: Owners) -> None:
        self.owners, self.incident, self.now = owners, owners.incident, NOW

    def propose(
        self, by: Person, option: str = "rollback", lane: LaneKind = MITIGATION
    ) -> Recommendation:
        self.now += timedelta(minutes=1)
        fields = recommendation_input(self.owners.cited, option=option)
        return recommendations.propose(
            by.as_actor(), self.incident.pk, fields, lane=lane, now=self.now
        )

    def adopt(self, number: int, by: Person | None = None, reason: str = "") -> Recommendation:
        return self._answer(recommendations.adopt, number, by, reason)

    def decline(self, number: int, by: Person | None = None, reason: str = "Too slow"):
        return self._answer(recommendations.decline, number, by, reason)

    def _answer(self, act, number, by, reason):
        self.now += timedelta(minutes=1)
        actor = (by or self.owners.owners[MITIGATION]).as_actor()
        return act(actor, self.incident.pk, number, reason=reason, now=self.now)


@pytest.fixture
def lanes(recommending: Owners) -> Lanes:
    return Lanes(recommending)


def waiting_for(incident: Incident, person: Person) -> list[str]:
    now = NOW + timedelta(hours=1)
    titles = [duty.title for duty in duties([read_facts(incident)], person, now)]
    return [title for title in titles if title.startswith("Adopt")]


def test_it_waits_for_the_owner_and_binds_nobody(
    staffed: Incident, recommending: Owners, lanes: Lanes, helper: Person
) -> None:
    recommending.recommend(INVESTIGATION, "flag")
    owner = recommending.owners[MITIGATION]

    lanes.propose(helper)

    assert states(staffed) == [OPEN, PROPOSED]
    assert sides(staffed) == {}
    assert waiting_for(staffed, owner) == ["Adopt R-2, or decline it"]
    assert waiting_for(staffed, helper) == []
    told = Notice.objects.get(kind="recommendation.proposed")
    assert (told.person, told.subject) == (owner, "R-2")
    assert current_notices(read_facts(staffed), [told]) == [told]


def test_what_is_adopted_counts_as_the_owners(
    staffed: Incident, recommending: Owners, lanes: Lanes, helper: Person
) -> None:
    owner = recommending.owners[MITIGATION]
    recommending.recommend(INVESTIGATION, "flag")
    recommending.recommend(MITIGATION, "hotfix", option_detail="restart")
    lanes.propose(helper)

    made = lanes.adopt(3, reason="It is rehearsed")

    assert (made.state, made.owner, made.owner_name) == (OPEN, ("person", owner.pk), str(owner))
    assert states(staffed) == [OPEN, REPLACED, OPEN]
    assert sides(staffed) == {"X-1": ["R-1", "R-2", "R-3"]}
    assert waiting_for(staffed, owner) == []
    asked = Notice.objects.get(kind="recommendation.proposed")
    assert current_notices(read_facts(staffed), [asked]) == []
    assert Notice.objects.get(kind="recommendation.adopted").person == helper
    entry = staffed.timeline.get(kind="recommendation.adopted")
    assert (entry.subject, entry.data["author"]) == ("R-3", str(helper))

    with pytest.raises(NotPermitted, match=f"Only {owner} or the commander"):
        recommending.withdraw(3, helper)
    recommending.now = lanes.now + timedelta(minutes=1)
    recommending.recommend(MITIGATION, "flag")
    assert states(staffed) == [OPEN, REPLACED, REPLACED, OPEN]
    assert list(sides(staffed)) == ["(X-1)"]
    then = cached_facts(incident_at(staffed, made.adopted_at - timedelta(seconds=1)))
    assert [row.reference for row in then.proposed_recommendations] == ["R-3"]
    then = cached_facts(incident_at(staffed, made.adopted_at))
    assert [row.reference for row in then.open_recommendations] == ["R-1", "R-3"]


def test_declined_it_is_over_and_its_author_reads_why(
    staffed: Incident, recommending: Owners, lanes: Lanes, helper: Person
) -> None:
    recommending.recommend(INVESTIGATION, "flag")
    lanes.propose(helper)

    made = lanes.decline(2, reason="It takes an hour")

    assert (made.state, made.closing_reason) == (DECLINED, "It takes an hour")
    assert sides(staffed) == {}
    told = Notice.objects.get(kind="recommendation.declined")
    assert told.person == helper
    assert "It takes an hour" in told.sentence


def test_what_may_not_be_is_refused(
    staffed: Incident,
    recommending: Owners,
    lanes: Lanes,
    helper: Person,
    admin: Person,
    commander: Person,
) -> None:
    owner = recommending.owners[MITIGATION]
    lanes.propose(helper)
    found = {}
    for name, act in {
        "takes no part": lambda: lanes.propose(admin),
        "owns the lane": lambda: lanes.propose(owner),
        "declined without a reason": lambda: lanes.decline(1, reason="n/a"),
        "answered twice": lambda: (lanes.decline(1), lanes.adopt(1)),
        "nothing said": lambda: recommendations.propose(
            helper.as_actor(),
            staffed.pk,
            recommendations.RecommendationInput(),
            lane=MITIGATION,
            now=NOW,
        ),
    }.items():
        with pytest.raises(Refused) as refusal:
            act()
        found[name] = [violation.code for violation in refusal.value.violations]

    assert found == {
        "takes no part": ["R-LANE"],
        "owns the lane": ["R-LANE"],
        "declined without a reason": ["R-REASON"],
        "answered twice": ["R-STATE"],
        "nothing said": ["R-OPTION", "R-REASONS", "R-EVIDENCE", "R-SCORES", "R-SCORES"],
    }
    lanes.propose(helper)
    for person in (helper, commander, admin, recommending.owners[INVESTIGATION]):
        with pytest.raises(NotPermitted):
            lanes.adopt(2, by=person)


def test_a_second_of_the_same_author_replaces_the_first_also_under_another_owner(
    staffed: Incident,
    recommending: Owners,
    lanes: Lanes,
    helper: Person,
    commander: Person,
) -> None:
    lanes.propose(helper)
    lanes.propose(helper, "flag")
    assert states(staffed) == [REPLACED, PROPOSED]

    lanes.adopt(2)
    lanes.propose(helper, "rollback")
    roles.assign(
        commander.as_actor(),
        staffed.pk,
        role=RoleName.LANE_OWNER,
        lane=MITIGATION,
        person=commander,
        now=lanes.now,
    )
    lanes.adopt(3, by=commander)

    assert states(staffed) == [REPLACED, REPLACED, OPEN]


def test_its_author_withdraws_it_while_it_waits(
    staffed: Incident, recommending: Owners, lanes: Lanes, helper: Person
) -> None:
    lanes.propose(helper)

    recommending.withdraw(1, helper)

    assert states(staffed) == [RecommendationState.WITHDRAWN]
    assert waiting_for(staffed, recommending.owners[MITIGATION]) == []
