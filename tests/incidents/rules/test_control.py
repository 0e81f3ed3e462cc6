from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.rules.control import (
    ControlFacts,
    FirstFifteenFacts,
    SurfaceStop,
    first_fifteen,
    under_control,
)
from incidents.vocabulary import LaneKind
from tests.incidents.rules.example_facts import DECLARED


def after(minutes):
    return DECLARED + timedelta(minutes=minutes)


HELD = ControlFacts(severity_at=DECLARED, commander_at=after(2), first_evidence_at=after(3))

FACTS = FirstFifteenFacts(
    now=after(10),
    declared_at=DECLARED,
    control=HELD,
    stops=(SurfaceStop("Sign-in", after(4)), SurfaceStop("Public API", after(5))),
    lanes={lane: after(6 + n) for n, lane in enumerate(LaneKind)},
)


def test_control_is_held_since_the_last_of_the_three():
    control = under_control(HELD)

    assert (control.is_held, control.since, control.sentence) == (True, after(3), "Under control")


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        (["severity_at"], "Not under control: no severity declared"),
        (["commander_at"], "Not under control: no commander named"),
        (["first_evidence_at"], "Not under control: no evidence snapshot yet"),
        (
            ["commander_at", "first_evidence_at"],
            "Not under control: no commander named, no evidence snapshot yet",
        ),
    ],
)
def test_the_room_says_what_is_missing(absent, expected):
    control = under_control(replace(HELD, **dict.fromkeys(absent)))

    assert (control.is_held, control.since, control.sentence) == (False, None, expected)


def test_the_four_items_carry_the_time_at_which_each_came_true():
    items = first_fifteen(FACTS)

    assert [(one.code, one.met_at, one.late) for one in items] == [
        ("grip", after(2), False),
        ("freeze", after(5), False),
        ("snapshot", after(3), False),
        ("owners", after(9), False),
    ]


@pytest.mark.parametrize(
    ("changes", "code", "missing"),
    [
        (
            {"control": replace(HELD, severity_at=None, commander_at=None)},
            "grip",
            "no severity declared, no commander named",
        ),
        (
            {"stops": (SurfaceStop("Sign-in", None), SurfaceStop("Public API", None))},
            "freeze",
            "no freeze on Sign-in and Public API, and no reason why not",
        ),
        (
            {"stops": (SurfaceStop("Sign-in", after(1)), SurfaceStop("Public API", None))},
            "freeze",
            "no freeze on Public API, and no reason why not",
        ),
        ({"stops": ()}, "freeze", "no impacted surface is named"),
        (
            {"control": replace(HELD, first_evidence_at=None)},
            "snapshot",
            "no evidence snapshot yet",
        ),
        (
            {"lanes": {LaneKind.INVESTIGATION: after(1), LaneKind.MITIGATION: after(1)}},
            "owners",
            "communication and verification have no owner",
        ),
        (
            {"lanes": {**FACTS.lanes, LaneKind.VERIFICATION: None}},
            "owners",
            "verification has no owner",
        ),
    ],
)
def test_an_item_says_what_is_missing(changes, code, missing):
    items = first_fifteen(replace(FACTS, **changes))

    assert [(one.code, one.missing) for one in items if not one.met] == [(code, missing)]


@pytest.mark.parametrize(
    ("snapshot", "now", "expected"),
    [
        pytest.param(None, 15, ("unmet", False), id="missing_at_15"),
        pytest.param(None, 15.1, ("late", True), id="missing_after_15"),
        pytest.param(15, 40, ("met", False), id="met_at_15"),
        pytest.param(16, 40, ("met", True), id="met_late"),
    ],
)
def test_late_is_past_the_fifteenth_minute(snapshot, now, expected):
    control = replace(HELD, first_evidence_at=after(snapshot) if snapshot else None)

    item = first_fifteen(replace(FACTS, control=control, now=after(now)))[2]

    assert (item.state, item.late) == expected
