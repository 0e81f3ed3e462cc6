import pytest

from incidents.rules.phase import (
    STATUS_GRAPH,
    phase_violations,
    severity_violations,
    status_violations,
)
from incidents.vocabulary import Status
from tests.incidents.rules.example_facts import SAYS_NOTHING

WHY = "The failures are back."


@pytest.mark.parametrize(
    ("current", "target", "reason"),
    [
        pytest.param("detection", "containment", WHY, id="one_step"),
        pytest.param("recovery", "hardening", WHY, id="last_step"),
        pytest.param("recovery", "containment", WHY, id="back"),
        pytest.param("hardening", "detection", WHY, id="all_the_way_back"),
        pytest.param("detection", "recovery", WHY, id="skip"),
    ],
)
def test_a_phase_change_is_accepted(current, target, reason):
    assert phase_violations(current, target, reason) == ()


@pytest.mark.parametrize(
    ("current", "target", "field", "words"),
    [
        ("recovery", "recovery", "phase", "The phase is recovery already."),
        (
            "recovery",
            "victory",
            "phase",
            "Choose a phase: detection, containment, recovery or hardening.",
        ),
        ("detection", "containment", "reason", "Say what shows that detection is done."),
        ("recovery", "containment", "reason", "Say why it goes back."),
        ("detection", "recovery", "reason", "Say why you skip containment."),
        ("detection", "hardening", "reason", "Say why you skip containment and recovery."),
    ],
)
def test_a_phase_change_is_refused(current, target, field, words):
    found = phase_violations(current, target, "None.")

    assert [(v.field, v.sentence) for v in found] == [(field, words)]


@pytest.mark.parametrize(("current", "target"), [("1", "2"), ("3", "1"), ("", "1")])
def test_a_severity_change_is_accepted(current, target):
    assert severity_violations(current, target, WHY) == ()


@pytest.mark.parametrize(
    ("target", "reason", "expected"),
    [
        ("1", WHY, ["The severity is SEV-1 already."]),
        ("4", WHY, ["Choose a severity: SEV-1, SEV-2 or SEV-3."]),
        ("2", "n/a", ["Say why the severity changes."]),
        ("1", "", ["The severity is SEV-1 already.", "Say why the severity changes."]),
    ],
)
def test_a_severity_change_is_refused(target, reason, expected):
    assert [v.sentence for v in severity_violations("1", target, reason)] == expected


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_severity_change_needs_a_real_reason(text):
    assert [v.field for v in severity_violations("1", "2", text)] == ["reason"]


def test_the_moves_between_statuses():
    moves = {(a, b) for a in Status for b in Status if STATUS_GRAPH.allows(a, b)}

    assert moves == {
        (Status.ACTIVE, Status.WATCHING),
        (Status.WATCHING, Status.CLOSED),
        (Status.WATCHING, Status.ACTIVE),
        (Status.CLOSED, Status.ACTIVE),
        (Status.ACTIVE, Status.VOID),
        (Status.ACTIVE, Status.DUPLICATE),
        (Status.VOID, Status.ACTIVE),
        (Status.DUPLICATE, Status.ACTIVE),
        (Status.BACKFILLED, Status.VOID),
        (Status.BACKFILLED, Status.DUPLICATE),
        (Status.VOID, Status.BACKFILLED),
        (Status.DUPLICATE, Status.BACKFILLED),
    }


def test_a_status_says_where_it_can_go():
    [violation] = status_violations(Status.WATCHING, Status.WATCHING)

    assert violation.sentence == "From watching it goes to closed or active."
    assert status_violations(Status.ACTIVE, Status.WATCHING) == ()
