from dataclasses import replace
from datetime import timedelta

import pytest

from incidents.rules.blueprint import BlueprintFacts, blueprint
from tests.incidents.rules.example_facts import DECLARED


def after(minutes):
    return DECLARED + timedelta(minutes=minutes)


DONE = BlueprintFacts(
    now=after(5),
    declared_at=DECLARED,
    severity_at=after(4),
    freeze_at=after(5),
    commander_at=after(0),
    deputy_at=after(2),
    options_at=after(14),
    rollback_ready_at=after(13),
    executed_at=after(22),
    compared_at=after(37),
    verified_at=after(40),
    last_decision_at=after(52),
    last_checkpoint_due=after(90),
    last_checkpoint_set_at=after(52),
)
NOTHING = BlueprintFacts(now=DECLARED, declared_at=DECLARED)


def test_the_five_windows_of_the_hour():
    windows = blueprint(NOTHING).windows

    assert [(w.title, w.start, w.end) for w in windows] == [
        ("Take control", 0, 10),
        ("Options", 10, 20),
        ("One move", 20, 35),
        ("Verify", 35, 50),
        ("Commit", 50, 60),
    ]


@pytest.mark.parametrize(
    ("minute", "current", "ahead"),
    [
        (-1, "grip", 4),
        (0, "grip", 4),
        (9.99, "grip", 4),
        (10, "options", 3),
        (34.99, "move", 2),
        (35, "verify", 1),
        (59.99, "commit", 0),
        (60, None, 0),
        (600, None, 0),
    ],
)
def test_where_the_incident_stands(minute, current, ahead):
    hour = blueprint(replace(NOTHING, now=after(minute)))

    assert (hour.current.code if hour.current else None) == current
    assert sum(window.is_ahead for window in hour.windows) == ahead


def test_what_is_late_is_what_passed_windows_still_miss():
    hour = blueprint(replace(DONE, now=after(37), deputy_at=None, executed_at=None))

    assert [(one.code, one.missing) for one in hour.late] == [
        ("people", "no deputy"),
        ("executed", "no option executed yet"),
    ]


def test_what_was_met_after_its_window_is_met_and_was_late():
    hour = blueprint(replace(DONE, now=after(37), rollback_ready_at=after(25)))

    rollback = hour.windows[1].items[1]

    assert (rollback.met, rollback.late, hour.late) == (True, True, ())


def test_nobody_named_is_said_of_both():
    people = blueprint(NOTHING).windows[0].items[2]

    assert people.missing == "no commander and no deputy"


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        pytest.param({"executed": "D-2"}, "One option executed: D-2", id="named"),
        pytest.param({"executed": ""}, "One option executed", id="unnamed"),
    ],
)
def test_the_one_move_names_its_decision(changes, label):
    (executed,) = blueprint(replace(DONE, **changes)).windows[2].items

    assert (executed.label, executed.met) == (label, True)


@pytest.mark.parametrize(
    ("changes", "met", "missing"),
    [
        pytest.param({}, True, "", id="verified"),
        pytest.param({"verified_at": None}, False, "not verified yet", id="not_yet"),
        pytest.param({"failed_run": "E-12"}, False, "run E-12 failed", id="failed"),
    ],
)
def test_a_failed_run_is_said_and_is_no_verification(changes, met, missing):
    verified = blueprint(replace(DONE, now=after(60), **changes)).windows[3].items[1]
    failed = changes.get("failed_run")

    assert (verified.met, verified.missing, verified.failed) == (met, missing, bool(failed))


@pytest.mark.parametrize(
    ("changes", "met"),
    [
        pytest.param({}, (True, True), id="both"),
        pytest.param({"last_decision_at": after(34)}, (False, True), id="the_move_is_no_note"),
        pytest.param({"last_decision_at": after(35)}, (True, True), id="after_the_move"),
        pytest.param({"last_checkpoint_due": after(49)}, (True, False), id="due_within_the_hour"),
        pytest.param({"last_checkpoint_due": None}, (True, False), id="no_checkpoint"),
    ],
)
def test_the_hour_ends_in_a_note_and_a_checkpoint_beyond_it(changes, met):
    commit = blueprint(replace(DONE, now=after(55), **changes)).windows[4]

    assert tuple(one.met for one in commit.items) == met


@pytest.mark.parametrize(
    ("facts", "minute", "expected"),
    [
        pytest.param(DONE, 59, True, id="first_hour"),
        pytest.param(DONE, 60, False, id="all_met"),
        pytest.param(NOTHING, 600, True, id="unmet_stays"),
    ],
)
def test_the_strip_goes_after_the_hour_once_all_is_met(facts, minute, expected):
    assert blueprint(replace(facts, now=after(minute))).is_visible is expected
