"""Hardening work: what may be noted, what may be changed, and what may follow what."""

from datetime import date, timedelta
from typing import Any

import pytest

from incidents.rules.risk import RiskOwner
from retros.backlog import rules
from retros.vocabulary import BacklogState as State
from tests.incidents.rules.example_facts import SAYS_NOTHING

TODAY = date(2026, 3, 5)
YESTERDAY, TOMORROW = date(2026, 3, 4), date(2026, 3, 6)
KEN = RiskOwner(2, "Ken Ito")
LEFT = RiskOwner(4, "Priya Raman", can_act=False)


def item(**other: Any) -> rules.WorkFacts:
    fields: dict[str, Any] = {
        "title": "Edge nodes honour key-set expiry",
        "tracker": "https://tracker.example.org/EDGE-540",
        "due_on": TOMORROW,
        "owner": KEN,
    }
    return rules.WorkFacts(**(fields | other))


def codes(violations: rules.Violations) -> list[tuple[str, str]]:
    return [(violation.code, violation.field) for violation in violations]


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"due_on": TODAY},
        {"due_on": None, "owner": None, "tracker": ""},
        {"title": "No release without a probe"},
    ],
    ids=["whole", "due today", "title alone", "begins with no"],
)
def test_it_is_noted(other: dict[str, Any]) -> None:
    assert rules.new_violations(item(**other), TODAY) == ()


def test_everything_that_is_wrong_is_said_at_once() -> None:
    wrong = rules.WorkFacts("n/a", "tracker", YESTERDAY, LEFT)

    assert codes(rules.new_violations(wrong, TODAY)) == [
        ("B-TITLE", "title"),
        ("B-ABLE", "owner"),
        ("B-DUE", "due_on"),
        ("B-TRACKER", "tracker"),
    ]


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING)
def test_a_title_and_a_reason_say_something(text: str) -> None:
    assert codes(rules.new_violations(item(title=text), TODAY)) == [("B-TITLE", "title")]
    assert codes(rules.reason_violations(text, "Say why.")) == [("B-WHY", "reason")]


def test_a_reason_in_words_stands() -> None:
    assert rules.reason_violations("Replaced by HARD-119", "Say why.") == ()


@pytest.mark.parametrize(
    "address",
    [
        "http://tracker/OPS-1",
        "https://tracker.example.org",
        "https://tracker.example.org:8443/browse/OPS-12?view=all#top",
        "https://example.org/@team/1",
        "https://x?issue=1",
    ],
)
def test_a_plain_address_is_a_tracker(address: str) -> None:
    assert rules.new_violations(item(tracker=address), TODAY) == ()


@pytest.mark.parametrize(
    "address",
    [
        "OPS-2210",
        "//tracker.example.org/1",
        "javascript:alert(1)",
        "data:text/html,x",
        "ftp://example.org/1",
        "HTTPS://example.org/1",
        "https://",
        "https:///path",
        "https://some body.example.org",
        "https://mara:secret@example.org/1",
        "https://mara@example.org/1",
        "https://example.org\\@elsewhere.example.net/",
        "https://example.org/a b",
        "https://example.org/\nSet-Cookie: a",
        "https://example.org/\n",
        "https://example.org/?key=⟦masked: API key⟧",
        "https://exämple.org/1",
    ],
)
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    assert codes(rules.new_violations(item(tracker=address), TODAY)) == [("B-TRACKER", "tracker")]


def test_a_day_that_has_passed_may_stay_but_not_be_chosen() -> None:
    late = item(due_on=YESTERDAY)

    assert rules.change_violations(late, item(due_on=YESTERDAY, title="Another"), TODAY) == ()
    assert codes(rules.change_violations(item(), late, TODAY)) == [("B-DUE", "due_on")]


def test_a_day_far_ahead_is_a_slip_of_the_pen() -> None:
    last = TODAY + rules.MAX_DUE_AHEAD

    assert rules.new_violations(item(due_on=last), TODAY) == ()
    assert codes(rules.new_violations(item(due_on=last + timedelta(days=1)), TODAY)) == [
        ("B-DUE", "due_on")
    ]


def test_an_owner_who_can_no_longer_act_is_named_anew() -> None:
    before = item(owner=LEFT)

    assert codes(rules.change_violations(before, item(owner=LEFT, title="Another"), TODAY)) == [
        ("B-ABLE", "owner")
    ]
    assert rules.change_violations(before, item(), TODAY) == ()


def test_a_change_changes_something() -> None:
    assert codes(rules.change_violations(item(), item(), TODAY)) == [("B-SAME", "")]


@pytest.mark.parametrize(
    ("step", "from_states"),
    [
        ("change", {State.OPEN, State.STARTED}),
        ("begin", {State.OPEN}),
        ("done", {State.OPEN, State.STARTED}),
        ("drop", {State.OPEN, State.STARTED}),
        ("reopen", {State.DONE, State.DROPPED}),
    ],
)
def test_what_may_follow_what(step: str, from_states: set[State]) -> None:
    assert {
        state for state in State if not rules.transition_violations(step, "HARD-1", state)
    } == from_states
    assert {state for state in State if rules.may(step, state)} == from_states


@pytest.mark.parametrize(
    ("step", "state", "sentence"),
    [
        ("begin", State.STARTED, "HARD-1 is started already."),
        ("done", State.DROPPED, "HARD-1 is dropped: open it again first."),
        ("reopen", State.OPEN, "HARD-1 is open still."),
    ],
)
def test_a_step_out_of_turn_says_what_the_item_is(step: str, state: State, sentence: str) -> None:
    (violation,) = rules.transition_violations(step, "HARD-1", state)

    assert (violation.code, violation.sentence) == ("B-STEP", sentence)
