"""Looking back: a pair for each closing, kept as it is typed, finished once, locked, added to."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from incidents.models import Person, Submission, TimelineEntry
from kernel.refusal import AlreadyDone, NotPermitted, Refused
from retros.models import Answer, BacklogItem, LookBack, LookBackDraft
from retros.review import actions as reviewing
from retros.review.actions import AnswerInput, ReviewInput
from retros.vocabulary import Look
from tests.incidents.actions.test_races import at_once
from tests.retros.closing.closable import ClosingRun
from tests.retros.review import lookbacks

pytestmark = pytest.mark.django_db(transaction=True)

KEY = "6f1ff1b4-3d1e-4fe3-9b0a-6a2a5a3b4a11"


@pytest.fixture
def closed(ending: ClosingRun) -> ClosingRun:
    ending.closable().close()
    return ending


def look(ending: ClosingRun, kind: str, closing: int = 1) -> LookBack:
    return ending.incident.looks_back.get(kind=kind, closing__number=closing)


def finish(
    ending: ClosingRun, kind: str, written: ReviewInput | None = None, **other: Any
) -> LookBack:
    filled = written or getattr(lookbacks, kind)(ending.executor)
    actor = other.pop("by", ending.commander).as_actor()
    closing = other.pop("closing", 1)
    now = ending.after(minutes=5)
    return reviewing.finish(actor, ending.incident.pk, closing, kind, filled, now=now, **other)


def draft(
    ending: ClosingRun, kind: str, closing: int = 1, **data: list[str]
) -> LookBackDraft | None:
    actor = ending.commander.as_actor()
    now = ending.after(minutes=1)
    return reviewing.save_draft(actor, ending.incident.pk, closing, kind, data, now=now)


def test_closing_makes_a_review_and_a_retro_with_their_times(closed: ClosingRun) -> None:
    due = {look.kind: look.due_at - closed.now for look in closed.incident.looks_back.all()}

    assert due == {"review": timedelta(minutes=30), "retro": timedelta(hours=24)}


def test_a_review_is_finished_with_items_and_reasons(closed: ClosingRun) -> None:
    before = BacklogItem.objects.count()

    finished = finish(closed, Look.REVIEW)

    assert (finished.finished_by, finished.was_late) == (closed.commander, False)
    first, *others = finished.answers.select_related("item__owner")
    assert (first.text, first.why_not) == (lookbacks.TEXT, "")
    assert (first.item.title, first.item.owner) == (lookbacks.TITLE, closed.executor)
    assert first.item.detail.startswith(f"From the review of {closed.incident.reference}.")
    assert [(answer.item, answer.why_not) for answer in others] == [(None, lookbacks.WHY)] * 4
    assert BacklogItem.objects.count() == before + 1


def test_the_proposal_of_a_retro_becomes_an_item(closed: ClosingRun) -> None:
    finished = finish(closed, Look.RETRO)

    assert finished.answers.count() == 4
    item = finished.answers.get(question="proposal").item
    assert item is not None
    assert (item.title, item.due_on) == ("Warn on two owners", lookbacks.DAY)
    assert item.detail.endswith("Warn on two owners\nof one boundary")


def test_its_entry_can_be_read_alone(closed: ClosingRun) -> None:
    closed.after(minutes=40)
    finish(closed, Look.REVIEW)

    entry = TimelineEntry.objects.get(incident=closed.incident, kind="review.finished")
    first, *others = entry.data["answers"]
    item = BacklogItem.objects.latest("pk")
    assert (first["text"], first["item"]) == (lookbacks.TEXT, str(item))
    assert {answer["why_not"] for answer in others} == {lookbacks.WHY}
    assert entry.data["late"] == "15 minutes"


def test_a_refused_one_makes_nothing_and_keeps_what_was_typed(closed: ClosingRun) -> None:
    raw = {"ignored": ["The probe, password=hunter2xyz9"]}
    bad = lookbacks.review(
        closed.executor, ambiguous=AnswerInput(text="n/a"), metric=AnswerInput(follows="item")
    )
    items = BacklogItem.objects.count()

    with pytest.raises(Refused) as refused:
        finish(closed, Look.REVIEW, ReviewInput(answers=bad.answers, raw=raw), once=KEY)

    assert [(violation.code, violation.field) for violation in refused.value.violations] == [
        ("R-ANSWER", "ambiguous"),
        ("R-FOLLOWS", "ambiguous_follows"),
        ("R-ANSWER", "metric"),
        ("B-TITLE", "metric_title"),
        ("R-OWNER", "metric_owner"),
        ("R-DUE", "metric_due_on"),
    ]
    assert BacklogItem.objects.count() == items
    assert not Answer.objects.exists()
    assert look(closed, Look.REVIEW).is_open
    saved = LookBackDraft.objects.get()
    assert (saved.author, saved.look.kind) == (closed.commander, "review")
    assert "hunter2xyz9" not in str(saved.data)
    # Mended, the same form goes through under its key, and once only.
    assert not Submission.objects.filter(pk=KEY).exists()
    finish(closed, Look.REVIEW, once=KEY)
    assert not LookBackDraft.objects.exists()
    with pytest.raises(AlreadyDone):
        finish(closed, Look.REVIEW, once=KEY)


def test_it_is_finished_once(closed: ClosingRun) -> None:
    finish(closed, Look.REVIEW)

    with pytest.raises(Refused, match="R-LOCKED"):
        finish(closed, Look.REVIEW)
    assert draft(closed, Look.REVIEW, ignored=["Late"]) is None
    assert Answer.objects.count() == 5


def test_who_does_not_command_writes_none(closed: ClosingRun, stranger: Person) -> None:
    with pytest.raises(NotPermitted):
        finish(closed, Look.REVIEW, by=stranger)
    with pytest.raises(NotPermitted):
        finish(closed, Look.RETRO, by=closed.watcher)


@pytest.mark.parametrize("kind", Look)
def test_a_later_thought_is_added_to_what_is_finished(closed: ClosingRun, kind: str) -> None:
    actor, number = closed.commander.as_actor(), closed.incident.pk
    with pytest.raises(Refused, match="R-OPEN"):
        reviewing.add_thought(actor, number, 1, kind, text="The alert was muted", now=closed.now)
    finish(closed, kind)
    with pytest.raises(Refused, match="R-ADDED"):
        reviewing.add_thought(actor, number, 1, kind, text="none", now=closed.now)

    addendum = reviewing.add_thought(
        actor, number, 1, kind, text="The alert was muted", now=closed.now
    )

    assert (addendum.text, addendum.added_by) == ("The alert was muted", closed.commander)
    entry = TimelineEntry.objects.get(incident=closed.incident, kind=f"{kind}.added")
    assert entry.data["text"] == addendum.text


def _late_answer(look: LookBack) -> None:
    Answer.objects.create(look=look, question="trigger", text="Another")


@pytest.mark.parametrize(
    "change",
    [
        lambda finished: finished.answers.update(text="Else"),
        lambda finished: LookBack.objects.filter(pk=finished.pk).update(
            finished_at=None, finished_by=None
        ),
        lambda finished: LookBack.objects.filter(pk=finished.pk).update(
            due_at=finished.finished_at
        ),
        lambda finished: finished.answers.all().delete(),
        lambda finished: finished.addenda.update(text="Else"),
        _late_answer,
    ],
    ids=["answer", "opened", "due", "removed", "thought", "another"],
)
def test_what_is_finished_is_locked_in_the_database(
    closed: ClosingRun, change: Callable[[LookBack], Any]
) -> None:
    finished = finish(closed, Look.REVIEW)
    actor = closed.commander.as_actor()
    reviewing.add_thought(actor, closed.incident.pk, 1, "review", text="A thought", now=closed.now)

    with pytest.raises(DatabaseError), transaction.atomic():
        change(finished)


def test_a_due_time_never_changes(closed: ClosingRun) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE retros_lookback SET due_at = now()")


def reclose(ending: ClosingRun) -> None:
    """Open again, mended again, closed again."""
    ending.reopen()
    again = ending.decide(next_action="Roll back once more")
    ending.done(again.number)
    ending.judge(ending.run(), number=again.number)
    ending.recovered()
    ending.state()
    ending.close()


def test_a_second_closing_takes_over_what_is_unfinished(closed: ClosingRun) -> None:
    finish(closed, Look.REVIEW)
    draft(closed, Look.RETRO, trigger=["A key was rotated"])

    reclose(closed)

    assert look(closed, Look.REVIEW).finished_at is not None
    assert look(closed, Look.RETRO).superseded_at == closed.now
    again = look(closed, Look.RETRO, 2)
    assert (again.is_open, again.due_at) == (True, closed.now + timedelta(hours=24))
    assert look(closed, Look.REVIEW, 2).is_open
    assert again.drafts.get().data == {"trigger": ["A key was rotated"]}
    with pytest.raises(Refused, match="closed again"):
        finish(closed, Look.RETRO)
    assert draft(closed, Look.RETRO, trigger=["Late"]) is None
    assert finish(closed, Look.RETRO, closing=2).finished_at is not None


def test_two_who_finish_it_at_the_same_instant_finish_it_once(closed: ClosingRun) -> None:
    written = lookbacks.retro(closed.executor)
    now, number = closed.after(minutes=5), closed.incident.pk

    def once() -> str:
        actor = closed.commander.as_actor()
        return reviewing.finish(actor, number, 1, Look.RETRO, written, now=now).kind

    came = at_once(once, once)

    assert sorted(came) == ["The retro is finished already: add a later thought to it.", "retro"]
    assert BacklogItem.objects.filter(title="Warn on two owners").count() == 1
