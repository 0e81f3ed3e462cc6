"""Keeping course at a checkpoint, moving it, cancelling it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import Error, transaction
from django.test import Client
from django.urls import reverse

from incidents.actions import course, decisions
from incidents.facts.incident import read_facts
from incidents.models import Checkpoint, Decision, Incident, KeptCourse, Person
from incidents.vocabulary import Option
from kernel.refusal import Refused
from retros.metrics.facts import incident_times
from tests.helpers.decision_inputs import capture_evidence, decision_input
from tests.helpers.decision_run import DecisionRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def decided(executing: DecisionRun) -> DecisionRun:
    executing.decide(Option.FLAG)
    return executing


def refused(attempt: Callable[[], object]) -> list[tuple[str, str]]:
    with pytest.raises(Refused) as refusal:
        attempt()
    return [(violation.code, violation.field) for violation in refusal.value.violations]


def keep(run: DecisionRun, evidence: list[int], **changes: Any) -> KeptCourse:
    at = run.now + timedelta(minutes=2)
    fields: dict[str, Any] = {
        "looked_at": "401 rate flat at 0.4 % in all regions",
        "evidence": evidence,
        "next_due": at + timedelta(minutes=15),
        "now": at,
    }
    following = read_facts(run.incident).next_checkpoint
    assert following is not None
    actor = run.commander.as_actor()
    return course.keep_course(actor, run.incident.pk, following.number, **(fields | changes))


def newer(run: DecisionRun) -> int:
    at = run.now + timedelta(minutes=1)
    return capture_evidence(run.incident, run.commander, at).number


def test_one_line_ends_the_checkpoint_and_the_decision_stands(decided: DecisionRun) -> None:
    seen = newer(decided)

    kept = keep(decided, [seen])

    facts = read_facts(decided.incident)
    assert kept.decision.reference == "D-1"
    assert [e.number for e in kept.evidence.all()] == [seen]
    assert kept.checkpoint.decided_at == kept.at
    assert facts.next_checkpoint == kept.next_checkpoint
    assert Decision.objects.filter(incident=decided.incident).count() == 1
    entry = decided.incident.timeline.get(kind="course.kept")
    assert (entry.subject, entry.data["decision"]) == (kept.checkpoint.reference, "D-1")
    assert entry.data["evidence"] == [f"E-{seen}"]


def test_three_checkpoints_in_a_row(decided: DecisionRun) -> None:
    for _ in range(3):
        kept = keep(decided, [newer(decided)])
        decided.now = kept.at

    assert decided.incident.kept_courses.count() == 3
    assert decided.incident.checkpoints.open().count() == 1


def test_everything_that_is_missing_is_named_at_once(decided: DecisionRun) -> None:
    old = decided.cited.number

    problems = refused(lambda: keep(decided, [old], looked_at="n/a", next_due=None))

    assert problems == [
        ("K-LOOKED", "looked_at"),
        ("K-LOOKED", "evidence"),
        ("K-DUE", "next_due"),
    ]


def test_not_before_anything_is_decided(executing: DecisionRun) -> None:
    assert ("K-COURSE", "") in refused(lambda: keep(executing, []))


def test_not_after_a_failed_verification(decided: DecisionRun) -> None:
    decided.done()
    decided.judge(decided.run(), passed=False)

    assert ("K-COURSE", "") in refused(lambda: keep(decided, [newer(decided)]))


def test_not_when_the_confidence_fell(decided: DecisionRun) -> None:
    assert refused(lambda: keep(decided, [newer(decided)], confidence="2")) == [
        ("K-COURSE", "confidence")
    ]

    decided.decide(Option.HOLD, confidence="1", choice="continue")
    with pytest.raises(Refused) as refusal:
        keep(decided, [newer(decided)])
    assert [violation.sentence for violation in refusal.value.violations] == [
        "The confidence fell from L3 (D-1) to L1 (D-2): decide anew."
    ]

    # Decided anew with the same confidence, that is the course.
    decided.decide(Option.HOLD, confidence="1", choice="continue")
    assert keep(decided, [newer(decided)], confidence="1").decision.number == 3


def test_a_checkpoint_ends_once(decided: DecisionRun) -> None:
    kept = keep(decided, [newer(decided)])
    number, actor = kept.checkpoint.number, decided.commander.as_actor()

    with pytest.raises(Refused) as refusal:
        course.keep_course(
            actor,
            decided.incident.pk,
            number,
            looked_at="The same again",
            evidence=[],
            next_due=kept.at + timedelta(minutes=15),
            now=kept.at,
        )

    assert refusal.value.violations[0].code == "K-DECIDED"
    assert "D-1 stands" in refusal.value.violations[0].sentence


def test_what_was_looked_at_is_final(decided: DecisionRun) -> None:
    kept = keep(decided, [newer(decided)])

    with pytest.raises(Error), transaction.atomic():
        KeptCourse.objects.filter(pk=kept.pk).update(looked_at="Something else")
    with pytest.raises(Error), transaction.atomic():
        kept.evidence.clear()


def checkpoint(run: DecisionRun) -> Checkpoint:
    row = run.incident.checkpoints.open().first()
    assert row is not None
    return row


def test_a_checkpoint_moves_with_a_reason(decided: DecisionRun) -> None:
    row, actor = checkpoint(decided), decided.commander.as_actor()
    due = decided.now + timedelta(minutes=40)

    moved = course.move(
        actor,
        decided.incident.pk,
        row.number,
        due_at=due,
        reason="The run ends at 15:00",
        now=decided.now,
    )

    row.refresh_from_db()
    assert (row.lifted_at, row.lift_reason) == (decided.now, "The run ends at 15:00")
    assert (moved.due_at, moved.purpose) == (due, row.purpose)
    assert list(decided.incident.checkpoints.open()) == [moved]


def test_the_only_one_ahead_is_not_cancelled(decided: DecisionRun) -> None:
    row, actor = checkpoint(decided), decided.commander.as_actor()

    problems = refused(
        lambda: course.cancel(actor, decided.incident.pk, row.number, reason="", now=decided.now)
    )

    assert problems == [("K-LIFT", ""), ("K-LIFT", "reason")]
    assert checkpoint(decided) == row


def test_moving_an_overdue_one_does_not_make_it_punctual(decided: DecisionRun) -> None:
    row, actor = checkpoint(decided), decided.commander.as_actor()
    late = row.due_at + timedelta(minutes=1)

    course.move(
        actor,
        decided.incident.pk,
        row.number,
        due_at=late + timedelta(minutes=10),
        reason="Nobody was there",
        now=late,
    )

    (times,) = incident_times(Incident.objects.all(), late)
    assert (times.checkpoints.kept, times.checkpoints.of) == (1, 2)


def test_the_page_has_one_line_to_write(
    client: Client, decided: DecisionRun, commander: Person
) -> None:
    newer(decided)
    client.force_login(commander)
    address = reverse("keep-course", args=[decided.incident.pk, checkpoint(decided).number])

    page = client.get(address)

    form = page.context["form"]
    assert form["evidence"].value() == [3]
    assert form["next_due"].value() == "+15"
    assert not form["looked_at"].value()


def test_a_draft_of_the_decision_is_refused_with_who_kept_course(decided: DecisionRun) -> None:
    kept = keep(decided, [newer(decided)])
    typed = decision_input(decided.cited, decided.executor, decided.verifier, kept.at)
    with pytest.raises(Refused) as refusal:
        decisions.decide(
            decided.commander.as_actor(),
            decided.incident.pk,
            kept.checkpoint.number,
            typed,
            now=kept.at,
        )
    assert "D-1 stands" in refusal.value.violations[0].sentence
