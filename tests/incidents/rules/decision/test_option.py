import pytest

from incidents.rules.decision import choice_for, offers, reach_of, settle
from incidents.vocabulary import Choice, Confidence, Option, Reach
from tests.incidents.rules.given import (
    SAYS_NOTHING,
    fields,
    found,
    options,
    proposal,
    situation,
)

SAME = "Give each rejected option a reason of its own: the same stands under "


@pytest.mark.parametrize(
    "option", [Option.FLAG, Option.HOTFIX, Option.ROLLBACK, Option.HOLD], ids=str
)
def test_each_other_rung_with_its_own_reason_is_accepted(option):
    assert found("D-REJECTED", options(option)) == []


def test_the_option_taken_needs_no_reason_against_it():
    rejected = {Option.FLAG: "Tried in D-1.", Option.HOTFIX: "No fix.", Option.ROLLBACK: "No fix."}

    assert found("D-REJECTED", proposal(rejected=rejected)) == []


def test_options_beyond_the_ladder_need_no_reason_against_them():
    at = situation(offered=offers([Option.WRITE_FREEZE, Option.REPLAY]))

    assert found("D-REJECTED", proposal(), at) == []


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_reason_that_says_nothing_is_refused(text):
    proposed = proposal(rejected={Option.FLAG: text, Option.HOTFIX: "No fix is known."})

    assert fields("D-REJECTED", proposed) == ["rejected_flag"]


@pytest.mark.parametrize(
    ("flag", "hotfix"),
    [
        ("Not enough.", "Not enough."),
        ("Not enough.", "not  enough!"),
        ("Too slow; too risky", "too slow, too risky…"),
    ],
    ids=["word_for_word", "case_and_spaces", "punctuation"],
)
def test_one_reason_repeated_is_refused_at_both_fields(flag, hotfix):
    proposed = proposal(rejected={Option.FLAG: flag, Option.HOTFIX: hotfix})

    assert found("D-REJECTED", proposed) == [
        ("rejected_flag", f"{SAME}“Targeted hotfix”."),
        ("rejected_hotfix", f"{SAME}“Feature-flag disable”."),
    ]


def test_one_reason_for_all_three_names_the_other_two():
    at = options(Option.HOLD, rejected=dict.fromkeys(["flag", "hotfix", "rollback"], "Too early"))

    assert found("D-REJECTED", at)[0] == (
        "rejected_flag",
        f"{SAME}“Targeted hotfix” and “Full rollback”.",
    )


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_why_now_is_refused(text):
    assert fields("D-REJECTED", proposal(why_now=text)) == ["why_now"]


@pytest.mark.parametrize(
    ("choice", "option", "expected"),
    [
        ("", "", ["choice", "option"]),
        ("continue", "", ["option"]),
        ("continue", "teleport", ["option"]),
        ("continue", "replay", ["option"]),
        ("perhaps", "rollback", ["choice"]),
        ("continue", "rollback", ["choice"]),
        ("rollback", "hotfix", ["choice"]),
        ("escalate", "flag", ["choice"]),
    ],
)
def test_choice_and_option_must_be_known_and_agree(choice, option, expected):
    at = [f for f in fields("D-REJECTED", options(option, choice=choice))]

    assert at == expected


@pytest.mark.parametrize(
    ("choice", "option", "expected"),
    [
        (Choice.ROLLBACK, "", (Choice.ROLLBACK, Option.ROLLBACK)),
        (Choice.ESCALATE, "", (Choice.ESCALATE, Option.HOLD)),
        ("", Option.ROLLBACK, (Choice.ROLLBACK, Option.ROLLBACK)),
        ("", Option.FLAG, (Choice.CONTINUE, Option.FLAG)),
        ("", Option.HOLD, (Choice.CONTINUE, Option.HOLD)),
        (Choice.CONTINUE, "", (Choice.CONTINUE, "")),
        (Choice.CONTINUE, Option.ROLLBACK, (Choice.CONTINUE, Option.ROLLBACK)),
        ("", "", ("", "")),
    ],
)
def test_what_follows_is_filled_in_and_nothing_is_overwritten(choice, option, expected):
    settled = settle(proposal(choice=choice, option=option))

    assert (settled.choice, settled.option) == expected


def test_escalating_without_an_option_is_accepted():
    proposed = options("", choice=Choice.ESCALATE)

    assert found("D-REJECTED", proposed) == []


REACHES = {
    Option.FLAG: Reach.REVERSIBLE,
    Option.HOTFIX: Reach.BOUNDED,
    Option.ROLLOUT: Reach.BROAD,
}
ALLOWED = {
    Confidence.L1: {Reach.REVERSIBLE},
    Confidence.L2: {Reach.REVERSIBLE, Reach.BOUNDED},
    Confidence.L3: set(Reach),
}


@pytest.mark.parametrize("confidence", Confidence, ids=lambda c: c.name)
@pytest.mark.parametrize("option", REACHES, ids=str)
def test_confidence_carries_a_reach_or_not(confidence, option):
    at = situation(offered=offers([Option.ROLLOUT]))

    marked = fields("D-CONFIDENCE", options(option, confidence=confidence), at)

    assert marked == ([] if REACHES[option] in ALLOWED[confidence] else ["confidence"])


@pytest.mark.parametrize("value", ["", "L2", "4"])
def test_a_confidence_that_is_none_of_the_three_is_refused(value):
    assert found("D-CONFIDENCE", proposal(confidence=value)) == [
        ("confidence", "Choose a confidence: L1, L2 or L3.")
    ]


def test_low_confidence_says_what_it_allows():
    assert found("D-CONFIDENCE", options(Option.HOTFIX, confidence=Confidence.L1)) == [
        (
            "confidence",
            "Targeted hotfix has bounded reach; confidence L1 allows reversible options only.",
        )
    ]


@pytest.mark.parametrize(
    ("option", "is_broad", "scenario", "expected"),
    [
        (Option.ROLLBACK, False, {}, Reach.REVERSIBLE),
        (Option.ROLLBACK, True, {}, Reach.BROAD),
        (Option.ROLLBACK, True, {Option.ROLLBACK: Reach.BOUNDED}, Reach.BROAD),
        (Option.ROLLBACK, False, {Option.ROLLBACK: Reach.BOUNDED}, Reach.BOUNDED),
        (Option.FLAG, True, {}, Reach.REVERSIBLE),
        (Option.REPLAY, False, {Option.REPLAY: Reach.BROAD}, Reach.BROAD),
        ("teleport", False, {}, Reach.BROAD),
    ],
)
def test_reach(option, is_broad, scenario, expected):
    assert reach_of(option, is_broad, scenario) == expected


def test_the_ladder_comes_first_and_hold_last_each_once():
    offered = offers([Option.WRITE_FREEZE, Option.ROLLBACK])

    assert [(o.option, o.rung) for o in offered] == [
        (Option.FLAG, 1),
        (Option.HOTFIX, 2),
        (Option.ROLLBACK, 3),
        (Option.WRITE_FREEZE, 0),
        (Option.HOLD, 0),
    ]


@pytest.mark.parametrize("option", Option, ids=str)
def test_the_choice_for_an_option(option):
    expected = Choice.ROLLBACK if option == Option.ROLLBACK else Choice.CONTINUE

    assert choice_for(option) == expected
