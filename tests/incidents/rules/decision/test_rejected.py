"""Why the others were rejected, each for a reason of its own, and why this one now."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.incidents.rules.decision.valid_decision import (
    NOTHING,
    choosing,
    codes_and_places,
    proposal,
    reasons,
    sentences,
)

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
    assert codes_and_places(choosing(option, rejected=rejected)) == []


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_a_rung_rejected_without_a_reason_is_refused(text):
    proposed = proposal(rejected=reasons(hotfix=text))

    assert codes_and_places(proposed) == [("D-REJECTED", "rejected_hotfix")]


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
    refused = codes_and_places(proposal(rejected=rejected))

    assert refused == [("D-REJECTED", field) for field in fields]


def test_beyond_the_ladder_every_rung_is_asked_for():
    refused = codes_and_places(choosing("hold", rejected={}))

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

    assert codes_and_places(proposed) == [
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

    refused = codes_and_places(proposal(rejected={"hotfix": " ".join(words), "rollback": again}))

    assert refused == [("D-REJECTED", "rejected_hotfix"), ("D-REJECTED", "rejected_rollback")]


@pytest.mark.parametrize("text", ["The queue is full at 15:40", "No one else can", "7"])
def test_a_reason_why_now_is_accepted(text):
    assert codes_and_places(proposal(why_now=text)) == []


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING)
def test_a_why_now_that_says_nothing_is_refused(text):
    proposed = proposal(why_now=text)

    assert codes_and_places(proposed) == [("D-REJECTED", "why_now")]
    assert sentences(proposed) == ["Say why this is decided now."]
