"""Leaving a special rule takes two people; what asks for one keeps it."""

import pytest

from incidents.rules.decision.option import FIRST_CODE
from incidents.rules.dual_signature import DUAL_CODE
from incidents.rules.safeguard import (
    Leaver,
    Safeguard,
    completes,
    leave_violations,
    mark_violations,
    required_rules,
)

COMMANDER, SECOND, ADMIN_IN_COMMAND, OTHER = (
    Leaver(1, is_commander=True, is_second=False),
    Leaver(2, is_commander=False, is_second=True),
    Leaver(1, is_commander=True, is_second=True),
    Leaver(3, is_commander=False, is_second=False),
)
KEPT = Safeguard(DUAL_CODE, applies=True, is_required=False)
BY_COMMANDER = Safeguard(DUAL_CODE, True, False, asked_by=1, asked_as_commander=True)
BY_SECOND = Safeguard(DUAL_CODE, True, False, asked_by=2, asked_as_commander=False)


@pytest.mark.parametrize(
    ("classes", "rules", "expected"),
    [
        pytest.param(["other", "auth"], [], set(), id="nothing"),
        pytest.param(["billing"], [], {DUAL_CODE}, id="by class"),
        pytest.param([], [FIRST_CODE], {FIRST_CODE}, id="by scenario"),
        pytest.param(["billing"], [FIRST_CODE, "D-OTHER"], {DUAL_CODE, FIRST_CODE}, id="both"),
    ],
)
def test_surfaces_and_scenario_ask(classes: list[str], rules: list[str], expected: set) -> None:
    assert required_rules(classes, rules) == expected


@pytest.mark.parametrize(
    ("safeguard", "leaver", "reason", "codes", "is_left"),
    [
        pytest.param(KEPT, COMMANDER, "Test data", [], False, id="the commander asks"),
        pytest.param(KEPT, SECOND, "Test data", [], False, id="the data owner asks"),
        pytest.param(BY_COMMANDER, SECOND, "Test data", [], True, id="the data owner agrees"),
        pytest.param(BY_SECOND, COMMANDER, "Test data", [], True, id="the commander agrees"),
        pytest.param(BY_COMMANDER, COMMANDER, "Test", ["K-BOTH"], False, id="the same again"),
        pytest.param(BY_COMMANDER, ADMIN_IN_COMMAND, "Test", ["K-BOTH"], False, id="in both roles"),
        pytest.param(BY_COMMANDER, OTHER, "Test data", ["K-BOTH"], False, id="neither"),
        pytest.param(KEPT, COMMANDER, "n/a", ["K-WHY"], False, id="without a reason"),
        pytest.param(
            Safeguard(DUAL_CODE, True, is_required=True),
            COMMANDER,
            "Test data",
            ["K-GUARD"],
            False,
            id="while a surface asks",
        ),
        pytest.param(
            Safeguard(DUAL_CODE, False, False),
            OTHER,
            "",
            ["K-GUARD", "K-WHY", "K-BOTH"],
            False,
            id="every reason",
        ),
    ],
)
def test_two_people_leave_it(
    safeguard: Safeguard, leaver: Leaver, reason: str, codes: list[str], is_left: bool
) -> None:
    found = leave_violations(safeguard, leaver, reason)

    assert [violation.code for violation in found] == codes
    assert (not found and completes(safeguard, leaver)) == is_left


def test_it_is_marked_once_and_with_a_reason() -> None:
    free = Safeguard(FIRST_CODE, applies=False, is_required=False)

    assert mark_violations(free, "Anybody read the tokens") == ()
    assert [v.code for v in mark_violations(free, "-")] == ["K-WHY"]
    marked = Safeguard(FIRST_CODE, applies=True, is_required=False)
    assert [v.code for v in mark_violations(marked, "Again")] == ["K-GUARD"]
