"""An own option is judged by its reach, and as its nearest step of the ladder."""

from dataclasses import replace

import pytest

from incidents.rules.decision import ImpactedSurface, Prerequisite, choice_for, offers, settle
from incidents.rules.decision.own_option import Alternative, OwnOption, kind_of
from incidents.vocabulary import Choice, DependencyClass, Option, Reach, Severity
from tests.incidents.rules.decision.valid_decision import (
    NOTHING,
    codes_and_places,
    proposal,
    sentences,
    situation,
)

FAIL_BACK = OwnOption(
    "Fail back to Frankfurt", Reach.REVERSIBLE, "Traffic is sent back within a minute", "rollback"
)


def own(option: OwnOption | None = FAIL_BACK, **changes):
    fields = {
        "option": Option.OWN.value,
        "own": option,
        "choice": Choice.CONTINUE.value,
        "deviation_reason": "Nothing else brings the region back",
    }
    return proposal(**(fields | changes))


def test_a_complete_one_is_accepted_and_each_step_of_the_ladder_has_a_reason():
    assert codes_and_places(own()) == []
    assert codes_and_places(own(rejected={})) == [
        ("D-REJECTED", f"rejected_{step}") for step in ("flag", "hotfix", "rollback")
    ]


INCOMPLETE = {
    "nothing": (None, ["own_name", "own_reach", "own_reach_reason"]),
    "no-name": (replace(FAIL_BACK, name="n/a"), ["own_name"]),
    "a-known-one": (replace(FAIL_BACK, name="full  ROLLBACK"), ["own_name"]),
    "unknown-reach": (replace(FAIL_BACK, reach="small"), ["own_reach"]),
    "no-step": (replace(FAIL_BACK, nearest_step="hold"), ["nearest_step"]),
    **{
        f"why-{name}": (replace(FAIL_BACK, reach_reason=text), ["own_reach_reason"])
        for name, text in NOTHING.items()
    },
}


@pytest.mark.parametrize(("option", "fields"), INCOMPLETE.values(), ids=INCOMPLETE)
def test_what_is_missing_is_reported_field_by_field(option, fields):
    assert codes_and_places(own(option)) == [("D-OWN", field) for field in fields]


@pytest.mark.parametrize(
    ("reach", "confidence", "refused"),
    [("bounded", "1", True), ("bounded", "2", False), ("broad", "2", True), ("broad", "3", False)],
)
def test_the_confidence_follows_its_reach(reach, confidence, refused):
    codes = codes_and_places(own(replace(FAIL_BACK, reach=reach), confidence=confidence))

    assert codes == ([("D-CONFIDENCE", "confidence")] if refused else [])


def test_the_posture_is_that_of_its_nearest_step():
    at = situation(severity=Severity.SEV1)

    assert codes_and_places(own(deviation_reason=""), at) == []
    far = own(replace(FAIL_BACK, nearest_step=""), deviation_reason="")
    assert codes_and_places(far, at) == [("D-POSTURE", "deviation_reason")]
    billing = situation(
        severity=Severity.SEV1, surfaces=(ImpactedSurface("Ledger", DependencyClass.BILLING),)
    )
    assert codes_and_places(own(deviation_reason=""), billing) == [
        ("D-POSTURE", "deviation_reason")
    ]


def test_near_a_hotfix_it_waits_for_what_comes_before_a_hotfix():
    at = situation(prerequisites=(Prerequisite("rollback", "Full rollback", False, "is missing"),))

    assert codes_and_places(own(replace(FAIL_BACK, nearest_step="hotfix")), at) == [
        ("D-FIRST", "option")
    ]
    assert codes_and_places(own(), at) == []


def test_the_choice_follows_the_nearest_step_until_somebody_chooses():
    assert choice_for(Option.OWN, FAIL_BACK) == Choice.ROLLBACK
    assert choice_for(Option.OWN, replace(FAIL_BACK, nearest_step="")) == Choice.CONTINUE
    assert settle(own(choice="")).choice == Choice.ROLLBACK
    assert codes_and_places(own(choice="rollback")) == []
    assert codes_and_places(own(choice="escalate")) == [("D-REJECTED", "choice")]


def test_own_options_are_the_same_by_name():
    assert kind_of("own", "Fail back!") == kind_of("own", " fail  BACK")
    assert kind_of("own", "Fail back") != kind_of("own", "Fail over")
    assert kind_of("flag", "Fail back") == "flag"


def test_ready_ones_come_before_hold_and_once():
    ready = {"ready for Sign-in": (FAIL_BACK,), "R-2": (FAIL_BACK,)}

    offered = offers(own_options=ready)

    assert [(o.label, o.source) for o in offered[3:]] == [
        ("Fail back to Frankfurt", "ready for Sign-in"),
        ("Hold and observe", ""),
    ]
    assert offered[3].value.startswith("own_")


ALTERNATIVES = {
    "no-reason": (Alternative("Restart the nodes", ""), "Say why restart the nodes was rejected."),
    "nothing": (Alternative("Restart", "n/a"), "“n/a” does not say why restart was rejected."),
    "no-name": (
        Alternative("", "It takes too long"),
        "Name the alternative that was rejected because of “It takes too long”.",
    ),
    "the-chosen-one": (
        Alternative("fail back to frankfurt", "It is too late"),
        "“fail back to frankfurt” is what you choose: it cannot be rejected too.",
    ),
}


@pytest.mark.parametrize(("alternative", "sentence"), ALTERNATIVES.values(), ids=ALTERNATIVES)
def test_an_alternative_has_a_name_and_a_reason(alternative, sentence):
    assert sentences(own(alternatives=(alternative,))) == [sentence]


def test_any_number_of_alternatives_each_once():
    several = tuple(Alternative(f"Way {n}", f"It takes {n} hours") for n in range(9))

    assert codes_and_places(own(alternatives=several)) == []
    assert sentences(own(alternatives=(*several, several[0]))) == ["“Way 0” is named twice."]
