"""Anti-patterns of section 7 that incidents hold: hero mode, stale verification, two at once."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from incidents.rules.patterns import Change, Merge, OwnedLane, hero, parallel, stale

AT = datetime(2026, 3, 5, 14, 0, tzinfo=UTC)


def minute(number: int) -> datetime:
    return AT + timedelta(minutes=number)


def owned(*people: int) -> list[OwnedLane]:
    """The lanes in order, each with the number of its owner; 0 is nobody."""
    lanes = ("investigation", "mitigation", "communication", "verification")
    return [
        OwnedLane(lane, lane.title(), person, f"Person {person}")
        for lane, person in zip(lanes, people, strict=False)
        if person
    ]


def change(number: int, **other: Any) -> Change:
    said: dict[str, Any] = {
        "reference": f"D-{number}",
        "executor": 1,
        "verifier": 2,
        "executor_name": "Person 1",
        "is_unfinished": False,
    }
    return Change(**(said | other))


NO_HERO = {
    "four-people": (owned(1, 2, 3, 4), []),
    "two-lanes-each": (owned(1, 1, 2, 2), []),
    "two-lanes-and-nobody": (owned(1, 1, 0, 0), []),
    "nobody": (owned(), []),
    "verified-by-another": (owned(1, 2, 3, 4), [change(1, is_unfinished=True)]),
    "one-person-but-finished": (owned(1, 2, 3, 4), [change(1, verifier=1)]),
}


@pytest.mark.parametrize(("lanes", "changes"), NO_HERO.values(), ids=NO_HERO)
def test_no_hero(lanes, changes):
    assert hero(lanes, changes) == ()


HERO = {
    "three-lanes": (owned(1, 1, 1, 4), [], ["person 1"]),
    "four-lanes": (owned(1, 1, 1, 1), [], ["person 1"]),
    "executes-and-verifies": (
        owned(1, 2, 3, 4),
        [change(3, verifier=1, is_unfinished=True)],
        ["D-3"],
    ),
    "both": (
        owned(2, 2, 0, 2),
        [change(1, verifier=1, is_unfinished=True)],
        ["person 2", "D-1"],
    ),
}


@pytest.mark.parametrize(("lanes", "changes", "subjects"), HERO.values(), ids=HERO)
def test_hero(lanes, changes, subjects):
    found = hero(lanes, changes)

    assert [(one.code, one.subject) for one in found] == [("HERO", s) for s in subjects]


def test_hero_mode_names_the_lanes():
    (found,) = hero(owned(1, 1, 1, 4), [])

    assert found.sentence.startswith(
        "Person 1 owns 3 lanes: Investigation, Mitigation and Communication."
    )


FRESH = {
    "nothing-executed": [change(1)],
    "executed-and-no-run-yet": [change(1, done_at=minute(5))],
    "run-after-it": [change(1, done_at=minute(5), run_at=minute(6))],
    "run-after-the-last-of-two": [
        change(1, done_at=minute(5), run_at=minute(6)),
        change(2, done_at=minute(9), run_at=minute(10)),
    ],
}


@pytest.mark.parametrize("changes", FRESH.values(), ids=FRESH)
def test_verification_is_fresh(changes):
    assert stale(changes) == ()


STALE = {
    "second-executed-after-the-run": [
        change(1, done_at=minute(5), run_at=minute(6)),
        change(2, done_at=minute(9)),
    ],
    "at-the-very-same-moment": [
        change(1, done_at=minute(5), run_at=minute(9)),
        change(2, done_at=minute(9)),
    ],
    "superseded-after-it-was-executed": [
        change(1, done_at=minute(5), run_at=minute(6)),
        change(2, done_at=minute(9), is_superseded=True),
    ],
}


@pytest.mark.parametrize("changes", STALE.values(), ids=STALE)
def test_verification_is_stale(changes):
    (found,) = stale(changes)

    assert (found.code, found.subject) == ("STALE", "D-2")


VERIFIED = [change(1, done_at=minute(5), run_at=minute(6))]

MERGED = {
    "after-the-run": ([Merge("B-1", minute(7))], None, ["B-1"]),
    "at-the-moment-of-the-run": ([Merge("B-1", minute(6))], None, ["B-1"]),
    "the-last-of-two": ([Merge("B-1", minute(7)), Merge("B-2", minute(8))], None, ["B-2"]),
    "before-the-run": ([Merge("B-1", minute(5))], None, []),
    "and-run-again": ([Merge("B-1", minute(7))], minute(8), []),
    "run-again-before-it": ([Merge("B-1", minute(9))], minute(8), ["B-1"]),
}


@pytest.mark.parametrize(("merges", "run_at", "subjects"), MERGED.values(), ids=MERGED)
def test_a_merged_branch_is_a_change(merges, run_at, subjects):
    assert [pattern.subject for pattern in stale(VERIFIED, merges, run_at)] == subjects


def test_a_run_without_a_verdict_does_not_answer_for_a_decision():
    changes = [*VERIFIED, change(2, done_at=minute(9))]

    assert [pattern.subject for pattern in stale(changes, (), minute(10))] == ["D-2"]


RUNNING = {"is_unfinished": True, "started_at": minute(9)}

ONE_AT_A_TIME = {
    "one": [change(1, **RUNNING)],
    "superseded-before-it-began": [change(1, is_superseded=True), change(2, **RUNNING)],
    "the-next-has-not-begun": [
        change(1, is_superseded=True, started_at=minute(5)),
        change(2, is_unfinished=True),
    ],
    "the-first-was-verified": [
        change(1, started_at=minute(5), done_at=minute(6), run_at=minute(7)),
        change(2, **RUNNING),
    ],
    "the-next-is-finished": [
        change(1, is_superseded=True, started_at=minute(5)),
        change(2, started_at=minute(9), done_at=minute(10), run_at=minute(11)),
    ],
}


@pytest.mark.parametrize("changes", ONE_AT_A_TIME.values(), ids=ONE_AT_A_TIME)
def test_one_mitigation_at_a_time(changes):
    assert parallel(changes) == ()


PARALLEL = {
    "begun-and-superseded": (
        [change(1, is_superseded=True, started_at=minute(5)), change(2, **RUNNING)],
        "D-1 was begun",
    ),
    "executed-and-superseded": (
        [
            change(1, is_superseded=True, started_at=minute(5), done_at=minute(6)),
            change(2, **RUNNING),
        ],
        "D-1 was begun",
    ),
    "two-of-them": (
        [
            change(1, is_superseded=True, started_at=minute(5)),
            change(2, is_superseded=True, started_at=minute(6)),
            change(3, **RUNNING),
        ],
        "D-1 and D-2 were begun",
    ),
}


@pytest.mark.parametrize(("changes", "says"), PARALLEL.values(), ids=PARALLEL)
def test_parallel_mitigations(changes, says):
    (found,) = parallel(changes)

    assert found.code == "PARALLEL"
    assert found.sentence.startswith(says)
