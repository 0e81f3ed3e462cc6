"""Different things under one option contradict each other, until both owners say: together."""

from datetime import timedelta

import pytest

from incidents.actions import together
from incidents.assessments.notices import current_notices
from incidents.facts.as_of import incident_at
from incidents.facts.incident import cached_facts, read_facts
from incidents.models import Incident, Notice, Person
from incidents.panels.markdown import snapshot
from incidents.rules.conflict import Scores
from incidents.vocabulary import LaneKind, Option, RecommendationState
from kernel.refusal import NotPermitted, Refused
from tests.helpers.factories import START, declared
from tests.helpers.recommendations import Owners
from tests.incidents.actions.test_contradictions import sides, states
from tests.incidents.actions.test_supersede import Deciding

NOW = START + timedelta(minutes=10)
INVESTIGATION, MITIGATION = LaneKind.INVESTIGATION, LaneKind.MITIGATION
VERIFICATION = LaneKind.VERIFICATION


class Pairing:
    """Owners who say that their recommendations go together, and take it back."""

    def __init__(self, owners: Owners) -> None:
        self.owners, self.number = owners, owners.incident.pk

    def _call(self, act, lane: LaneKind, mine: int, other: int, now=NOW):
        actor = self.owners.owners[lane].as_actor()
        return act(actor, self.number, mine=mine, other=other, now=now)

    def state(self, lane: LaneKind, mine: int, other: int, now=NOW):
        return self._call(together.state_together, lane, mine, other, now)

    def take_back(self, lane: LaneKind, mine: int, other: int, now=NOW):
        return self._call(together.withdraw_together, lane, mine, other, now)


@pytest.fixture
def pairing(recommending: Owners) -> Pairing:
    return Pairing(recommending)


def test_two_acts_or_targets_under_one_option_contradict_each_other(
    staffed: Incident, recommending: Owners
) -> None:
    recommending.recommend(MITIGATION, "hotfix", option_detail="Restart the signer")
    recommending.recommend(INVESTIGATION, "hotfix", option_detail=" restart  the SIGNER. ")
    assert sides(staffed) == {}

    recommending.recommend(INVESTIGATION, "hotfix", option_detail="Rebuild the signer")
    assert sides(staffed) == {"X-1": ["R-1", "R-3"]}

    recommending.recommend(INVESTIGATION, "hotfix", option_detail="")
    assert sides(staffed) == {"(X-1)": ["R-1", "R-3"]}


def test_it_ends_when_both_owners_say_so_and_begins_anew_when_one_takes_it_back(
    staffed: Incident, recommending: Owners, pairing: Pairing
) -> None:
    recommending.recommend(MITIGATION, "flag", option_detail="checkout_v2")
    recommending.recommend(INVESTIGATION, "flag", option_detail="session_v3")

    pairing.state(MITIGATION, 1, 2)

    assert list(sides(staffed)) == ["X-1"]
    asked = Notice.objects.get(kind="recommendation.together")
    assert asked.person == recommending.owners[INVESTIGATION]
    assert current_notices(read_facts(staffed), [asked]) == [asked]

    pairing.state(INVESTIGATION, 2, 1, NOW + timedelta(minutes=1))

    assert list(sides(staffed)) == ["(X-1)"]
    ended = staffed.contradictions.get()
    assert ended.closing_reason == "R-1 and R-2 no longer contradict each other."
    assert current_notices(read_facts(staffed), [asked]) == []
    told = Notice.objects.get(kind="recommendation.paired")
    assert told.person == recommending.owners[MITIGATION]
    assert current_notices(read_facts(staffed), [told]) == [told]
    entries = staffed.timeline.filter(kind__startswith="recommendation.").order_by("seq")
    assert [(e.kind, e.subject, e.data["other"]) for e in entries if "other" in e.data] == [
        ("recommendation.together", "R-1", "R-2"),
        ("recommendation.paired", "R-2", "R-1"),
    ]

    pairing.take_back(INVESTIGATION, 2, 1, NOW + timedelta(minutes=2))

    assert list(sides(staffed)) == ["(X-1)", "X-2"]
    assert current_notices(read_facts(staffed), [told]) == []
    assert staffed.timeline.filter(kind="recommendation.apart").get().subject == "R-2"
    then = [
        bool(cached_facts(incident_at(staffed, NOW + timedelta(seconds=s))).contradiction)
        for s in (30, 90, 150)
    ]
    assert then == [True, False, True]


def test_what_only_one_says_or_what_is_not_open_is_refused(
    staffed: Incident, recommending: Owners, pairing: Pairing, commander: Person
) -> None:
    recommending.recommend(MITIGATION, "rollback")
    recommending.recommend(INVESTIGATION, "rollback")
    recommending.recommend(VERIFICATION, "flag")

    problems = {}
    for name, act in {
        "the same": lambda: pairing.state(MITIGATION, 1, 2),
        "with itself": lambda: pairing.state(MITIGATION, 1, 1),
        "none": lambda: pairing.state(MITIGATION, 1, 9),
        "not stated": lambda: pairing.take_back(MITIGATION, 1, 3),
        "twice": lambda: (pairing.state(MITIGATION, 1, 3), pairing.state(MITIGATION, 1, 3)),
        "over": lambda: (
            recommending.withdraw(3, recommending.owners[VERIFICATION]),
            pairing.take_back(MITIGATION, 1, 3),
        ),
    }.items():
        with pytest.raises(Refused) as refusal:
            act()
        problems[name] = [(v.code, v.sentence) for v in refusal.value.violations]

    assert problems == {
        "the same": [("R-PAIR", "R-1 and R-2 do not differ: nothing has to be said.")],
        "with itself": [("R-PAIR", "Choose two recommendations.")],
        "none": [("R-PAIR", "Choose two recommendations.")],
        "not stated": [("R-PAIR", "You do not say that R-1 and R-3 go together.")],
        "twice": [("R-PAIR", "You say already that R-1 and R-3 go together.")],
        "over": [("R-PAIR", "R-1 and R-3 are not both open any more.")],
    }
    for person in (commander, recommending.owners[VERIFICATION]):
        with pytest.raises(NotPermitted, match="Only the owner of R-1"):
            together.state_together(person.as_actor(), staffed.pk, mine=1, other=2, now=NOW)


@pytest.fixture
def deciding(commander: Person, lane_owners: dict[LaneKind, Person]) -> Deciding:
    return Deciding(declared(commander), commander, lane_owners)


SCORED = {1: Scores(5, 1), 2: Scores(2, 2)}


def test_between_two_targets_the_decision_names_one(deciding: Deciding) -> None:
    owners = _owners(deciding)
    owners.recommend(MITIGATION, "rollback", option_detail="to 4be90a7", reversibility=5)
    owners.recommend(INVESTIGATION, "rollback", option_detail="to 31d07c2", reversibility=2)

    with pytest.raises(Refused) as refusal:
        deciding.decide(Option.ROLLBACK, option_detail="to 0000000", scores=SCORED)

    assert [(v.code, v.field) for v in refusal.value.violations] == [
        ("D-CONFLICT", "option_detail")
    ]
    with pytest.raises(Refused) as refusal:
        deciding.decide(Option.ROLLBACK, option_detail="to 31d07c2", scores=SCORED)
    assert {v.field for v in refusal.value.violations} == {"conflict_evidence", "conflict_reason"}

    made = deciding.decide(Option.ROLLBACK, option_detail="To 4BE90A7", scores=SCORED)

    assert deciding.incident.contradictions.get().decision == made
    assert states(deciding.incident) == [
        RecommendationState.CHOSEN,
        RecommendationState.PASSED_OVER,
    ]


def test_what_goes_together_with_the_chosen_one_stays_open_for_the_next_decision(
    deciding: Deciding,
) -> None:
    owners = _owners(deciding)
    pairing = Pairing(owners)
    owners.recommend(MITIGATION, "flag", option_detail="checkout_v2")
    owners.recommend(INVESTIGATION, "flag", option_detail="session_v3")
    owners.recommend(VERIFICATION, "rollback")
    pairing.state(MITIGATION, 1, 2)
    pairing.state(INVESTIGATION, 2, 1)
    scores = {1: Scores(5, 1), 2: Scores(5, 1), 3: Scores(1, 5)}

    deciding.decide(Option.FLAG, option_detail="checkout_v2", scores=scores)

    assert states(deciding.incident) == [
        RecommendationState.CHOSEN,
        RecommendationState.OPEN,
        RecommendationState.PASSED_OVER,
    ]
    assert sides(deciding.incident) == {"(X-1)": ["R-1", "R-2", "R-3"]}
    assert [s.chosen for s in deciding.incident.contradictions.get().sides.all()] == [
        True,
        False,
        False,
    ]


def _owners(deciding: Deciding) -> Owners:
    owners = {
        lane: deciding.incident.assignments.current().get(lane=lane).person
        for lane in (MITIGATION, INVESTIGATION, VERIFICATION)
    }
    return Owners(deciding.incident, owners, deciding.cited, NOW)


def test_the_snapshot_names_what_goes_together(
    staffed: Incident, recommending: Owners, pairing: Pairing
) -> None:
    recommending.recommend(MITIGATION, "flag", option_detail="token_signer_v2")
    recommending.recommend(INVESTIGATION, "hotfix", option_detail="Rebuild the signer")
    pairing.state(MITIGATION, 1, 2)
    assert "Recommended together" not in snapshot(read_facts(staffed), NOW)

    pairing.state(INVESTIGATION, 2, 1)

    assert "- Recommended together: R-1 and R-2\n" in snapshot(read_facts(staffed), NOW)
