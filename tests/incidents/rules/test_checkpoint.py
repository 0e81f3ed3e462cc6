from datetime import timedelta

import pytest

from incidents.rules.checkpoint import (
    CheckpointFacts,
    OpenCheckpoint,
    faults,
    schedule_violations,
)
from incidents.vocabulary import Status
from tests.incidents.rules.example_facts import NOW

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
LIMITS = [("1", 60 * MINUTE), ("2", 240 * MINUTE), ("3", 72 * 60 * MINUTE)]

limits = pytest.mark.parametrize(("severity", "limit"), LIMITS, ids=["sev1", "sev2", "sev3"])


@limits
def test_up_to_the_limit_is_accepted(severity, limit):
    assert schedule_violations(NOW + SECOND, NOW, severity) == ()
    assert schedule_violations(NOW + limit, NOW, severity) == ()


@limits
@pytest.mark.parametrize("past", [SECOND, timedelta(0)], ids=["a_second_ago", "now"])
def test_what_is_not_ahead_is_refused(severity, limit, past):
    [violation] = schedule_violations(NOW - past, NOW, severity)

    assert (violation.code, violation.field) == ("K-DUE", "due_at")
    assert violation.sentence.startswith("The checkpoint has passed; ")


@limits
def test_a_second_past_the_limit_is_refused(severity, limit):
    [violation] = schedule_violations(NOW + limit + SECOND, NOW, severity)

    assert f"SEV-{severity} allows" in violation.sentence


def test_no_time_at_all_is_refused():
    [violation] = schedule_violations(None, NOW, "1")

    assert violation.sentence == "Say when the checkpoint is due."


def facts(*checkpoints, status=Status.ACTIVE):
    return CheckpointFacts(NOW, status, "1", checkpoints, "/plan")


def test_an_active_incident_without_a_checkpoint_is_a_fault():
    [fault] = faults(facts())

    assert (fault.label, fault.href) == ("No next checkpoint", "/plan")
    assert fault.sentence == "An active incident needs one: set it within 60 minutes."


def test_a_checkpoint_ahead_is_no_fault():
    assert faults(facts(OpenCheckpoint(2, NOW + SECOND))) == ()


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (timedelta(0), "CP-2 was due just now and has no decision: decide now."),
        (59 * SECOND, "CP-2 was due just now and has no decision: decide now."),
        (5 * MINUTE, "CP-2 was due 5 minutes ago and has no decision: decide now."),
    ],
    ids=str,
)
def test_a_missed_checkpoint_is_a_fault(late, words):
    [fault] = faults(facts(OpenCheckpoint(2, NOW - late, "/decide")))

    assert (fault.code, fault.sentence, fault.href) == ("K-MISSED", words, "/decide")


def test_missed_ones_stand_oldest_first():
    found = faults(facts(OpenCheckpoint(3, NOW - MINUTE), OpenCheckpoint(2, NOW - 2 * MINUTE)))

    assert [fault.label for fault in found] == ["CP-2 is overdue", "CP-3 is overdue"]


@pytest.mark.parametrize("status", [Status.WATCHING, Status.CLOSED])
def test_only_an_active_incident_has_faults(status):
    assert faults(facts(OpenCheckpoint(2, NOW - MINUTE), status=status)) == ()
