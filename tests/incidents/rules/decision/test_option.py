"""The option: choice and option agree, the others are rejected, the confidence carries it."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.decision import Proposal, offers, settle
from incidents.vocabulary import REACH, Choice, Confidence, Option, Reach
from tests.incidents.rules.decision.sound import (
    BEYOND,
    NOTHING,
    NOW,
    SOUND,
    choosing,
    found,
    proposal,
    reasons,
    sentences,
    situation,
)

CONFIDENT = Confidence.L3.value


# settle: what follows from the rest of the form

SETTLED = {
    "rollback-takes-full-rollback": (("rollback", ""), ("rollback", "rollback")),
    "escalating-holds": (("escalate", ""), ("escalate", "hold")),
    "full-rollback-is-a-rollback": (("", "rollback"), ("rollback", "rollback")),
    "a-flag-continues": (("", "flag"), ("continue", "flag")),
    "holding-alone-continues": (("", "hold"), ("continue", "hold")),
    "a-write-freeze-continues": (("", "write_freeze"), ("continue", "write_freeze")),
    "continuing-tells-no-option": (("continue", ""), ("continue", "")),
    "nothing-tells-nothing": (("", ""), ("", "")),
    "an-unknown-choice-tells-nothing": (("wait", ""), ("wait", "")),
    "a-disagreement-stays": (("rollback", "flag"), ("rollback", "flag")),
    "escalating-with-an-option-stays": (("escalate", "hotfix"), ("escalate", "hotfix")),
}


@pytest.mark.parametrize(("said", "derived"), SETTLED.values(), ids=SETTLED)
def test_what_follows_from_choice_or_option_is_filled_in(said, derived):
    choice, option = said

    settled = settle(Proposal(choice=choice, option=option))

    assert (settled.choice, settled.option) == derived


@given(
    st.sampled_from(["", "other", *Choice.values]), st.sampled_from(["", "other", *Option.values])
)
def test_settling_changes_nothing_that_was_filled_in_and_settles_once(choice, option):
    settled = settle(Proposal(choice=choice, option=option))

    assert settled.choice == (choice or settled.choice)
    assert settled.option == (option or settled.option)
    assert settle(settled) == settled


@pytest.mark.parametrize(
    ("choice", "option"),
    [("", "flag"), ("rollback", ""), ("", "rollback"), ("escalate", ""), ("", "hold")],
)
def test_what_can_be_derived_is_not_asked_for(choice, option):
    assert found(choosing("flag", choice=choice, option=option)) == []


# D-REJECTED: choice and option

AGREED = {
    "continue-with-a-flag": ("continue", "flag"),
    "continue-with-a-hotfix": ("continue", "hotfix"),
    "continue-and-observe": ("continue", "hold"),
    "roll-back": ("rollback", "rollback"),
    "escalate-and-hold": ("escalate", "hold"),
}


@pytest.mark.parametrize(("choice", "option"), AGREED.values(), ids=AGREED)
def test_choice_and_option_that_agree_are_accepted(choice, option):
    assert found(choosing(option, choice=choice, confidence=CONFIDENT)) == []


DISAGREED = {
    "escalate-with-a-flag": (
        ("escalate", "flag"),
        "To escalate and pause is to hold: feature-flag disable would not pause.",
    ),
    "escalate-with-a-rollback": (
        ("escalate", "rollback"),
        "To escalate and pause is to hold: full rollback would not pause.",
    ),
    "rollback-with-a-hotfix": (
        ("rollback", "hotfix"),
        "The decision is rollback, the option targeted hotfix: make them agree.",
    ),
    "rollback-with-hold": (
        ("rollback", "hold"),
        "The decision is rollback, the option hold and observe: make them agree.",
    ),
    "continue-with-a-rollback": (
        ("continue", "rollback"),
        "A full rollback is the decision “Rollback”: make them agree.",
    ),
}


@pytest.mark.parametrize(("pair", "sentence"), DISAGREED.values(), ids=DISAGREED)
def test_choice_and_option_that_disagree_are_refused(pair, sentence):
    choice, option = pair
    proposed = choosing(option, choice=choice, confidence=CONFIDENT)

    assert found(proposed) == [("D-REJECTED", "choice")]
    assert sentences(proposed) == [sentence]


@pytest.mark.parametrize("choice", ["wait", "Rollback", " continue"])
def test_an_unknown_choice_is_refused(choice):
    proposed = proposal(choice=choice)

    assert found(proposed) == [("D-REJECTED", "choice")]
    assert sentences(proposed) == [
        "Choose the decision: continue mitigation, rollback or escalate and pause."
    ]


NOT_OFFERED = {
    "none-chosen": ("", "Choose an option, then say why the others of the ladder were rejected."),
    "of-another-scenario": (
        "replay",
        "“replay” is not offered here: choose feature-flag disable, targeted hotfix,"
        " full rollback or hold and observe.",
    ),
    "unknown": (
        "pray",
        "“pray” is not offered here: choose feature-flag disable, targeted hotfix,"
        " full rollback or hold and observe.",
    ),
}


@pytest.mark.parametrize(("option", "sentence"), NOT_OFFERED.values(), ids=NOT_OFFERED)
def test_an_option_that_is_not_offered_is_refused_and_nothing_is_asked_about_it(option, sentence):
    proposed = proposal(option=option, rejected={})
    at_hand = situation(offered=offers())

    assert found(proposed, at_hand) == [("D-REJECTED", "option")]
    assert sentences(proposed, at_hand) == [sentence]


# D-REJECTED: the reasons

SHORT = {"flag": "Too slow", "hotfix": "Not testable", "rollback": "Loses orders"}

REASONED = {
    "two-others": ("flag", {"hotfix": "Too slow", "rollback": "Loses orders"}),
    "near-but-not-the-same": (
        "flag",
        {"hotfix": "Takes 15 minutes", "rollback": "Takes 45 minutes"},
    ),
    "the-chosen-one-may-repeat": ("flag", {**SHORT, "flag": "Too slow", "hotfix": "Too slow"}),
    "beyond-the-ladder-all-three": ("throttling", SHORT),
    "only-rungs-are-asked-for": ("hold", {**SHORT, "replay": ""}),
}


@pytest.mark.parametrize(("option", "rejected"), REASONED.values(), ids=REASONED)
def test_each_other_rung_with_a_reason_of_its_own_is_accepted(option, rejected):
    assert found(choosing(option, rejected=rejected)) == []


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_a_rung_rejected_without_a_reason_is_refused(text):
    proposed = proposal(rejected=reasons(hotfix=text))

    assert found(proposed) == [("D-REJECTED", "rejected_hotfix")]


UNREASONED = {
    "left-out": ({}, ["rejected_hotfix", "rejected_rollback"]),
    "only-the-chosen-one": ({"flag": "Too slow"}, ["rejected_hotfix", "rejected_rollback"]),
    "both-none": (
        {"hotfix": "None.", "rollback": "N / A"},
        ["rejected_hotfix", "rejected_rollback"],
    ),
    "one-of-two": ({"hotfix": "Too slow"}, ["rejected_rollback"]),
}


@pytest.mark.parametrize(("rejected", "fields"), UNREASONED.values(), ids=UNREASONED)
def test_each_missing_reason_is_refused_at_its_own_field(rejected, fields):
    refused = found(proposal(rejected=rejected))

    assert refused == [("D-REJECTED", field) for field in fields]


def test_beyond_the_ladder_every_rung_is_asked_for():
    refused = found(choosing("hold", rejected={}))

    assert refused == [
        ("D-REJECTED", "rejected_flag"),
        ("D-REJECTED", "rejected_hotfix"),
        ("D-REJECTED", "rejected_rollback"),
    ]


REPEATED = {
    "letter-by-letter": "Too slow: keys expire",
    "punctuation": "Too slow, keys expire!!",
    "case": "TOO SLOW: KEYS EXPIRE",
    "spacing": " too  slow:\nkeys expire ",
    "full-width": "Ｔｏｏ slow: keys expire",
    "zero-width": "Too\u200b slow: keys expire",
}


@pytest.mark.parametrize("again", REPEATED.values(), ids=REPEATED)
def test_one_reason_repeated_in_another_dress_is_refused_at_both(again):
    proposed = proposal(rejected={"hotfix": "Too slow: keys expire", "rollback": again})

    assert found(proposed) == [
        ("D-REJECTED", "rejected_hotfix"),
        ("D-REJECTED", "rejected_rollback"),
    ]


def test_the_refusal_says_where_else_the_reason_stands():
    same = dict.fromkeys(("flag", "hotfix", "rollback"), "Too slow")

    assert sentences(choosing("hold", rejected=same)) == [
        "Give each rejected option a reason of its own:"
        " the same stands under “Targeted hotfix” and “Full rollback”.",
        "Give each rejected option a reason of its own:"
        " the same stands under “Feature-flag disable” and “Full rollback”.",
        "Give each rejected option a reason of its own:"
        " the same stands under “Feature-flag disable” and “Targeted hotfix”.",
    ]


REASON_REFUSED = {
    "missing": ("", "Say why targeted hotfix was rejected."),
    "only-punctuation": ("...", "Say why targeted hotfix was rejected."),
    "none": ("None.", "“None.” does not say why targeted hotfix was rejected."),
}


@pytest.mark.parametrize(("text", "sentence"), REASON_REFUSED.values(), ids=REASON_REFUSED)
def test_the_refusal_names_the_option_without_a_reason(text, sentence):
    assert sentences(proposal(rejected=reasons(hotfix=text))) == [sentence]


@given(st.data())
def test_no_dress_makes_one_reason_two(data):
    words = ["too", "slow", "keys", "expire"]
    dressed = [data.draw(st.sampled_from([w, w.upper(), w.title()])) for w in words]
    joints = st.sampled_from([" ", ", ", "  ", "\n", " … ", "-"])
    again = "".join(word + data.draw(joints) for word in dressed)

    refused = found(proposal(rejected={"hotfix": " ".join(words), "rollback": again}))

    assert refused == [("D-REJECTED", "rejected_hotfix"), ("D-REJECTED", "rejected_rollback")]


# D-REJECTED: why now


@pytest.mark.parametrize("text", ["The queue is full at 15:40", "No one else can", "7"])
def test_a_reason_why_now_is_accepted(text):
    assert found(proposal(why_now=text)) == []


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_a_why_now_that_says_nothing_is_refused(text):
    proposed = proposal(why_now=text)

    assert found(proposed) == [("D-REJECTED", "why_now")]
    assert sentences(proposed) == ["Say why this is decided now."]


# D-CONFIDENCE

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
    reach = Reach.BROAD if broad and option == Option.ROLLBACK else REACH[option]

    refused = found(choosing(option.value, confidence=level.value), at_hand)

    assert refused == ([] if reach in ALLOWED[level] else [("D-CONFIDENCE", "confidence")])


TOO_FAR = {
    "bounded-on-L1": (
        "hotfix",
        "1",
        "Targeted hotfix has bounded reach; confidence L1 allows reversible options only.",
    ),
    "broad-on-L1": (
        "rollback",
        "1",
        "Full rollback has broad reach; confidence L1 allows reversible options only.",
    ),
    "broad-on-L2": (
        "rollback",
        "2",
        "Full rollback has broad reach; confidence L2 allows reversible or bounded options.",
    ),
}


@pytest.mark.parametrize(("option", "level", "sentence"), TOO_FAR.values(), ids=TOO_FAR)
def test_the_refusal_names_the_reach_and_what_the_confidence_allows(option, level, sentence):
    at_hand = situation(offered=offers(rollback_is_broad=True))

    assert sentences(choosing(option, confidence=level), at_hand) == [sentence]


@pytest.mark.parametrize("level", ["", "0", "4", "L1", " 1"])
def test_without_a_known_confidence_one_is_asked_for(level):
    proposed = proposal(confidence=level)

    assert found(proposed) == [("D-CONFIDENCE", "confidence")]
    assert sentences(proposed) == ["Choose a confidence: L1, L2 or L3."]


def test_the_reach_that_a_scenario_sets_is_the_one_that_counts():
    at_hand = situation(offered=offers(scenario_reach={"flag": "broad", "hotfix": "reversible"}))

    assert found(SOUND, at_hand) == [("D-CONFIDENCE", "confidence")]
    assert found(choosing("hotfix"), at_hand) == []


@given(option=st.sampled_from(list(Option)), broad=st.booleans())
def test_more_confidence_never_allows_less(option, broad):
    at_hand = situation(offered=offers(BEYOND, rollback_is_broad=broad))
    proposed = (choosing(option.value, confidence=level.value) for level in Confidence)

    accepted = [found(one, at_hand) == [] for one in proposed]

    assert accepted == sorted(accepted)


def test_an_old_decision_may_be_judged_again_at_its_own_time():
    past = NOW - timedelta(days=400)

    assert found(proposal(deadline=past + timedelta(hours=4)), situation(now=past)) == []
