"""Choice and option: what one tells of the other, and that they agree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.rules.decision import Proposal, offers, settle
from incidents.vocabulary import Choice, Confidence, Option
from tests.incidents.rules.decision.valid_decision import (
    choosing,
    codes_and_places,
    proposal,
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
    chosen = proposal(choice=choice, option=option, deviation_reason="The flag has no owner")

    assert codes_and_places(settle(chosen)) == []


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
    assert codes_and_places(choosing(option, choice=choice, confidence=CONFIDENT)) == []


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

    assert codes_and_places(proposed) == [("D-REJECTED", "choice")]
    assert sentences(proposed) == [sentence]


@pytest.mark.parametrize("choice", ["wait", "Rollback", " continue"])
def test_an_unknown_choice_is_refused(choice):
    proposed = proposal(choice=choice)

    assert codes_and_places(proposed) == [("D-REJECTED", "choice")]
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

    assert codes_and_places(proposed, at_hand) == [("D-REJECTED", "option")]
    assert sentences(proposed, at_hand) == [sentence]
