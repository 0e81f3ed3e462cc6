"""The options on the form and how far each reaches."""

import pytest

from incidents.rules.decision import choice_for, offers, reach_of
from incidents.rules.decision.ladder import Offer
from incidents.vocabulary import Choice, Option, Reach

FLAG = Offer("flag", "Feature-flag disable", Reach.REVERSIBLE, 1)
HOTFIX = Offer("hotfix", "Targeted hotfix", Reach.BOUNDED, 2)
ROLLBACK = Offer("rollback", "Full rollback", Reach.REVERSIBLE, 3)
FREEZE = Offer("write_freeze", "Write freeze", Reach.REVERSIBLE)
REPLAY = Offer("replay", "Selective replay", Reach.BOUNDED)
HOLD = Offer("hold", "Hold and observe", Reach.REVERSIBLE)

OFFERED = {
    "the-ladder-and-hold": ((), (FLAG, HOTFIX, ROLLBACK, HOLD)),
    "a-scenario-between": (
        ("write_freeze", "replay"),
        (FLAG, HOTFIX, ROLLBACK, FREEZE, REPLAY, HOLD),
    ),
    "each-once": (("rollback", "replay", "replay"), (FLAG, HOTFIX, ROLLBACK, REPLAY, HOLD)),
    "hold-where-the-scenario-puts-it": (
        ("hold", "replay"),
        (FLAG, HOTFIX, ROLLBACK, HOLD, REPLAY),
    ),
}


@pytest.mark.parametrize(("scenario", "offered"), OFFERED.values(), ids=OFFERED)
def test_the_ladder_comes_first_then_the_scenario_then_hold(scenario, offered):
    assert offers(scenario) == offered


USUAL = {
    Option.FLAG: Reach.REVERSIBLE,
    Option.HOTFIX: Reach.BOUNDED,
    Option.ROLLBACK: Reach.REVERSIBLE,
    Option.WRITE_FREEZE: Reach.REVERSIBLE,
    Option.REPLAY: Reach.BOUNDED,
    Option.REVOCATION: Reach.REVERSIBLE,
    Option.THROTTLING: Reach.REVERSIBLE,
    Option.HOLD: Reach.REVERSIBLE,
    Option.ROLLOUT: Reach.BROAD,
    Option.OWN: Reach.BROAD,
}


def test_every_option_has_its_usual_reach():
    assert {option: reach_of(option, False, {}) for option in Option} == USUAL


REACHES = {
    "rollback-made-broad": ("rollback", True, {}, Reach.BROAD),
    "broad-whatever-the-scenario-says": ("rollback", True, {"rollback": "bounded"}, Reach.BROAD),
    "only-rollback-is-made-broad": ("flag", True, {}, Reach.REVERSIBLE),
    "the-scenario-sets-another": ("rollback", False, {"rollback": "bounded"}, Reach.BOUNDED),
    "the-scenario-sets-a-wider-one": ("flag", False, {"flag": "broad"}, Reach.BROAD),
    "the-scenario-sets-others-only": ("hotfix", False, {"flag": "broad"}, Reach.BOUNDED),
    "unknown-is-the-worst": ("pray", False, {}, Reach.BROAD),
}


@pytest.mark.parametrize(("option", "broad", "scenario", "reach"), REACHES.values(), ids=REACHES)
def test_facts_come_before_the_scenario_and_the_scenario_before_the_usual(
    option, broad, scenario, reach
):
    assert reach_of(option, broad, scenario) == reach


def test_only_a_full_rollback_is_called_a_rollback():
    called = {option: choice_for(option) for option in Option}

    assert called == {
        **dict.fromkeys(Option, Choice.CONTINUE),
        Option.ROLLBACK: Choice.ROLLBACK,
    }
