"""What finishes a review or a retro, when people are reminded of it, how long checkpoints took."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from incidents.rules.risk import RiskOwner
from retros.backlog.rules import WorkFacts
from retros.review import rules
from retros.review.longest_checkpoint import slowest, spans
from retros.vocabulary import QUESTIONS, Follows, Look, Question
from tests.incidents.rules.example_facts import SAYS_NOTHING

TODAY = date(2026, 3, 5)
KEN = RiskOwner(2, "Ken Ito")
LEFT = RiskOwner(4, "Priya Raman", can_act=False)
ITEM = WorkFacts("Warn when two boundaries include the same thing", "", date(2026, 4, 2), KEN)
AT = datetime(2026, 3, 5, 15, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)


def answered(question: str = Question.IGNORED, **other: Any) -> rules.AnswerFacts:
    fields: dict[str, Any] = {
        "text": "The eu-west probe failed twice",
        "follows": Follows.ITEM,
        "work": ITEM,
    }
    return rules.AnswerFacts(question, **(fields | other))


def codes(violations: rules.Violations) -> list[tuple[str, str]]:
    return [(violation.code, violation.field) for violation in violations]


def judged(look: str, **other: Any) -> list[tuple[str, str]]:
    """Of one answer: the review's first, or the retro's proposal."""
    question = Question.IGNORED if look == Look.REVIEW else Question.PROPOSAL
    return codes(rules.finish_violations(look, [answered(question, **other)], TODAY))


@pytest.mark.parametrize(
    "other",
    [
        {},
        {"follows": Follows.NONE, "why_not": "HARD-115 covers it", "work": rules.NO_WORK},
        {"text": "None of the alerts named the region", "work": ITEM},
    ],
    ids=["an item", "why not", "none of them"],
)
def test_an_answer_with_what_follows_is_met(other: dict[str, Any]) -> None:
    assert judged(Look.REVIEW, **other) == []


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING.keys())
def test_an_answer_is_in_words(text: str) -> None:
    assert judged(Look.REVIEW, text=text) == [("R-ANSWER", "ignored")]
    assert judged(Look.RETRO, text=text) == [("R-ANSWER", "proposal")]


@pytest.mark.parametrize("text", SAYS_NOTHING.values(), ids=SAYS_NOTHING.keys())
def test_why_not_is_said_in_words(text: str) -> None:
    why = {"follows": Follows.NONE, "why_not": text}

    assert judged(Look.REVIEW, **why) == [("R-WHY", "ignored_why")]


def test_what_follows_is_chosen() -> None:
    assert judged(Look.REVIEW, follows="") == [("R-FOLLOWS", "ignored_follows")]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (rules.NO_WORK, [("B-TITLE", "title"), ("R-OWNER", "owner"), ("R-DUE", "due_on")]),
        (WorkFacts("n/a", "", TODAY, KEN), [("B-TITLE", "title")]),
        (WorkFacts("A probe", "", TODAY, LEFT), [("B-ABLE", "owner")]),
        (WorkFacts("A probe", "", TODAY - timedelta(days=1), KEN), [("B-DUE", "due_on")]),
        (WorkFacts("A probe", "", TODAY, None), [("R-OWNER", "owner")]),
        (WorkFacts("A probe", "", None, KEN), [("R-DUE", "due_on")]),
    ],
    ids=["nothing", "no title", "who left", "yesterday", "nobody", "no day"],
)
def test_an_item_has_a_title_an_owner_and_a_day(
    item: WorkFacts, expected: list[tuple[str, str]]
) -> None:
    assert judged(Look.REVIEW, work=item) == [(code, f"ignored_{name}") for code, name in expected]
    # Of a retro the proposal itself is the title.
    of_retro = [(code, f"proposal_{name}") for code, name in expected if name != "title"]
    assert judged(Look.RETRO, work=item) == of_retro


def test_all_that_is_unmet_is_told_at_once_in_the_order_of_the_form() -> None:
    blank = [rules.AnswerFacts(question, "") for question in QUESTIONS[Look.REVIEW]]

    unmet = codes(rules.finish_violations(Look.REVIEW, blank, TODAY))

    assert unmet == [
        pair
        for question in ("ignored", "longest", "ambiguous", "guardrail", "metric")
        for pair in (("R-ANSWER", question), ("R-FOLLOWS", f"{question}_follows"))
    ]


def test_of_a_retro_only_the_proposal_is_followed_up() -> None:
    blank = [rules.AnswerFacts(question, "") for question in QUESTIONS[Look.RETRO]]

    unmet = codes(rules.finish_violations(Look.RETRO, blank, TODAY))

    assert unmet == [
        *(("R-ANSWER", question) for question in ("trigger", "slowed", "faster", "proposal")),
        ("R-OWNER", "proposal_owner"),
        ("R-DUE", "proposal_due_on"),
    ]


@pytest.mark.parametrize(
    ("proposal", "title"),
    [
        ("Warn on two owners", "Warn on two owners"),
        ("\n  Warn on two owners \nof one boundary", "Warn on two owners"),
        ("None.\nWarn on two owners", "Warn on two owners"),
        ("no\nnothing", "no nothing"),
        ("", ""),
    ],
)
def test_an_item_of_a_proposal_is_called_by_its_first_line(proposal: str, title: str) -> None:
    assert rules.title_of(proposal) == title


@pytest.mark.parametrize(
    ("look", "away", "kind"),
    [
        (Look.REVIEW, timedelta(minutes=-10, seconds=-1), None),
        (Look.REVIEW, timedelta(minutes=-10), "review.soon"),
        (Look.REVIEW, timedelta(), "review.due"),
        (Look.REVIEW, timedelta(minutes=29), "review.due"),
        (Look.REVIEW, timedelta(minutes=30), "review.late"),
        (Look.RETRO, -HOUR - timedelta(seconds=1), None),
        (Look.RETRO, -HOUR, "retro.soon"),
        (Look.RETRO, timedelta(), "retro.due"),
        (Look.RETRO, 4 * HOUR, "retro.late"),
        (Look.RETRO, 400 * HOUR, "retro.late"),
    ],
)
def test_each_reminder_comes_in_its_time(look: str, away: timedelta, kind: str | None) -> None:
    reminder = rules.last_reminder(look, AT, AT + away)

    assert (reminder[0] if reminder else None) == kind


def test_a_reminder_has_one_time_however_late_it_is_written() -> None:
    assert rules.last_reminder(Look.RETRO, AT, AT + 400 * HOUR) == ("retro.late", AT + 4 * HOUR)


def at(minutes: int) -> datetime:
    return AT + timedelta(minutes=minutes)


BEGUN = [("the declaration", AT)]


def test_a_checkpoint_takes_from_the_decision_before_it() -> None:
    decisions = [("D-2", "CP-2", at(33)), ("D-1", "CP-1", at(10)), ("D-3", "CP-3", at(40))]

    span = slowest(spans(BEGUN, decisions))

    assert span is not None
    assert span.sentence == "CP-2, 23 minutes from D-1 to D-2."


def test_the_first_takes_from_the_declaration() -> None:
    span = slowest(spans(BEGUN, [("D-1", "CP-1", at(12)), ("D-2", "CP-2", at(24))]))

    assert span is not None
    assert span.sentence == "CP-1, 12 minutes from the declaration to D-1."


def test_time_in_which_it_was_closed_is_no_checkpoints() -> None:
    begun = [*BEGUN, ("the reopening", at(600))]

    lengths = spans(begun, [("D-1", "CP-1", at(10)), ("D-2", "CP-2", at(605))])

    assert [span.length for span in lengths] == [timedelta(minutes=10), timedelta(minutes=5)]
    assert lengths[1].since == "the reopening"


def test_without_a_decision_none_took_long() -> None:
    assert slowest(spans(BEGUN, [])) is None
