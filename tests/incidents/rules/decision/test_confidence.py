"""The option reaches no further than the confidence allows."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.decision import offers
from incidents.vocabulary import REACH, Confidence, Option, Reach
from tests.incidents.rules.decision.valid_decision import (
    BEYOND,
    OWN,
    SOUND,
    choosing,
    codes_and_places,
    proposal,
    sentences,
    situation,
)

ALLOWED = {
    Confidence.L1: {Reach.REVERSIBLE},
    Confidence.L2: {Reach.REVERSIBLE, Reach.BOUNDED},
    Confidence.L3: {Reach.REVERSIBLE, Reach.BOUNDED, Reach.BROAD},
}
MATRIX = {
    f"L{level.value}-{option.value}-{'broad' if broad else 'usual'}": (level, option, broad)
    for level in Confidence
    for option in Option
    for broad in (False, True)
}


@pytest.mark.parametrize(("level", "option", "broad"), MATRIX.values(), ids=MATRIX)
def test_an_option_is_accepted_exactly_when_its_reach_is_within_the_confidence(
    level, option, broad
):
    at_hand = situation(offered=offers(BEYOND, rollback_is_broad=broad))
    reach = Reach.BROAD if broad and option == Option.ROLLBACK else REACH.get(option, OWN.reach)

    refused = codes_and_places(choosing(option.value, confidence=level.value), at_hand)

    assert refused == ([] if reach in ALLOWED[level] else [("D-CONFIDENCE", "confidence")])


TOO_FAR = {
    "bounded-on-L1": (
        "hotfix",
        "1",
        "Targeted hotfix is partly reversible; confidence L1 allows reversible options only.",
    ),
    "broad-on-L1": (
        "rollback",
        "1",
        "Full rollback is hard to reverse; confidence L1 allows reversible options only.",
    ),
    "broad-on-L2": (
        "rollback",
        "2",
        "Full rollback is hard to reverse; confidence L2 allows reversible or partly reversible"
        " options.",
    ),
}


@pytest.mark.parametrize(("option", "level", "sentence"), TOO_FAR.values(), ids=TOO_FAR)
def test_the_refusal_names_the_reach_and_what_the_confidence_allows(option, level, sentence):
    at_hand = situation(offered=offers(rollback_is_broad=True))

    assert sentences(choosing(option, confidence=level), at_hand) == [sentence]


@pytest.mark.parametrize("level", ["", "0", "4", "L1", " 1"])
def test_without_a_known_confidence_one_is_asked_for(level):
    proposed = proposal(confidence=level)

    assert codes_and_places(proposed) == [("D-CONFIDENCE", "confidence")]
    assert sentences(proposed) == ["Choose a confidence: L1, L2 or L3."]


def test_the_reach_that_a_scenario_sets_is_the_one_that_counts():
    at_hand = situation(offered=offers(scenario_reach={"flag": "broad", "hotfix": "reversible"}))

    assert codes_and_places(SOUND, at_hand) == [("D-CONFIDENCE", "confidence")]
    assert codes_and_places(choosing("hotfix"), at_hand) == []


@given(option=st.sampled_from(list(Option)), broad=st.booleans())
def test_more_confidence_never_allows_less(option, broad):
    at_hand = situation(offered=offers(BEYOND, rollback_is_broad=broad))
    proposed = (choosing(option.value, confidence=level.value) for level in Confidence)

    accepted = [codes_and_places(one, at_hand) == [] for one in proposed]

    assert accepted == sorted(accepted)
