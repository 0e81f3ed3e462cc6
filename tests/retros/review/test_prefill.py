"""What the record says beside each question, read from an incident that was lived through."""

from dataclasses import replace
from datetime import timedelta

import pytest

from comms.actions import lapses
from incidents.actions import checkpoints, evidence, lifecycle, roles
from incidents.models import Person
from incidents.vocabulary import LaneKind, Option, RoleName
from kernel.refusal import Refused
from lanes.actions import boundary, patterns
from retros.models import BacklogItem, Closing
from retros.review import actions as reviewing
from retros.review import prefill
from retros.review.actions import AnswerInput
from retros.vocabulary import Question
from tests.helpers import messages as saying
from tests.helpers.decision_inputs import PRECHECK
from tests.helpers.factories import START
from tests.retros.closing.closable import ClosingRun
from tests.retros.review import lookbacks

pytestmark = pytest.mark.django_db(transaction=True)


def says(closing: Closing, question: Question) -> tuple[str, ...]:
    return prefill.of(closing).says[question]


def test_the_longest_checkpoint_is_computed(ending: ClosingRun) -> None:
    ending.decide(Option.HOLD)
    ending.after(minutes=17)
    ending.decide(Option.HOLD, next_action="Look again")
    closing = ending.closable().close()

    prefilled = prefill.of(closing)

    assert prefilled.initial == {"longest": "CP-2, 18 minutes from D-1 to D-2."}
    assert prefilled.says["longest"][0] == (
        "Computed: CP-2, 18 minutes from D-1 to D-2. Confirm or correct."
    )


def test_a_checkpoint_that_was_missed_is_told(ending: ClosingRun) -> None:
    point = ending.incident.checkpoints.open().get()
    now = point.due_at + timedelta(minutes=5)
    checkpoints.remind(point.pk, "checkpoint.missed", now=now)
    ending.now = now
    closing = ending.closable().close()

    slowed = says(closing, Question.SLOWED)

    assert slowed[0].startswith("The longest checkpoint was CP-1, ")
    minutes = (now - START) // timedelta(minutes=1)
    assert slowed[1] == f"CP-1 was not decided in time, T+00:{minutes}."


def test_gaps_and_overlaps_of_ownership_have_their_times(ending: ClosingRun) -> None:
    actor, number = ending.commander.as_actor(), ending.incident.pk
    for lane in (LaneKind.MITIGATION, LaneKind.INVESTIGATION):
        items = ["edge key-set cache"]
        boundary.set_boundary(
            actor, number, lane=lane, included=items, excluded=[], now=ending.after(minutes=1)
        )
    patterns.observe(number, now=ending.after(minutes=1))
    began = ending.now
    boundary.set_boundary(
        actor,
        number,
        lane=LaneKind.INVESTIGATION,
        included=["hypotheses"],
        excluded=[],
        now=ending.after(minutes=9),
    )
    patterns.observe(number, now=ending.now)
    closing = ending.closable().close()

    lines = says(closing, Question.AMBIGUOUS)

    # Nobody owned a lane before the commander named owners, ten minutes after the declaration.
    assert lines[:4] == tuple(
        f"{lane.label} had no owner from T+00:00 to T+00:10." for lane in LaneKind
    )
    minutes = (began - START) // timedelta(minutes=1)
    assert lines[4].startswith(
        f"Overlapping lanes from T+00:{minutes} to T+00:{minutes + 9}: “edge key-set cache”"
    )
    assert len(lines) == 5


def test_other_anti_patterns_and_refusals_stand_beside_the_guardrail(ending: ClosingRun) -> None:
    others = {LaneKind.VERIFICATION: ending.verifier, LaneKind.INVESTIGATION: ending.watcher}
    for lane in others:
        ending.assign(RoleName.LANE_OWNER, ending.executor, lane)
    patterns.observe(ending.incident.pk, now=ending.after(minutes=1))
    with pytest.raises(Refused):
        ending.close()
    at = (ending.now - START) // timedelta(minutes=1)
    for lane, person in others.items():
        ending.assign(RoleName.LANE_OWNER, person, lane)
    closing = ending.closable().close()

    lines = says(closing, Question.GUARDRAIL)

    owns = "Mitigation Owner owns 3 lanes"
    assert lines[0].startswith(f"One-lane hero mode from T+00:11 to closing: {owns}")
    assert lines[1].startswith(f"Closing was refused T+00:{at}: C-VERIFIED, C-WATCH")


def test_a_lapse_and_the_gap_of_detection_stand_beside_the_metric(
    ending: ClosingRun, commander: Person
) -> None:
    actor, number = commander.as_actor(), ending.incident.pk
    item = replace(PRECHECK, started_at=START - timedelta(minutes=12), revision="9f1c2ab")
    first = evidence.capture(actor, number, item, now=ending.after(minutes=1))
    lifecycle.set_revision(actor, number, revision="4be90a7", now=ending.after(minutes=1))
    update = saying.published(commander, ending.incident, ending.now)
    late = update.next_at + timedelta(minutes=5)
    lapses.remind(update.incident_id, update.pk, lapses.LAPSED, now=late)
    ending.now = late
    lapses.explain_lapse(actor, number, update.number, explanation="On the train", now=late)
    closing = ending.closable().close()

    metric, trigger = says(closing, Question.METRIC), says(closing, Question.TRIGGER)

    assert metric[0] == f"Seen T−00:12 ({first.reference}), declared 12 minutes later."
    assert metric[-1].startswith("The update promised by update 1 was late, T+")
    assert trigger[-2:] == (
        "Last known-good revision 4be90a7.",
        f"{first.reference} was captured at revision 9f1c2ab.",
    )
    assert says(closing, Question.IGNORED)[0].endswith("12 minutes before it was declared.")


def test_what_came_after_the_closing_is_not_of_it(ending: ClosingRun) -> None:
    closing = ending.closable().close()
    before = prefill.of(closing)
    ending.fire()
    ending.after(minutes=50)
    ending.decide(next_action="Roll back once more")
    roles.assign(
        ending.commander.as_actor(),
        ending.incident.pk,
        role=RoleName.LANE_OWNER,
        lane=LaneKind.MITIGATION,
        person=ending.watcher,
        now=ending.now,
    )

    again = prefill.of(Closing.objects.get(pk=closing.pk))

    assert again == before


def test_the_retro_is_told_what_the_review_found(ending: ClosingRun) -> None:
    closing = ending.closable().close()
    actor, number = ending.commander.as_actor(), ending.incident.pk
    item = AnswerInput(
        text="A probe of each region",
        follows="item",
        title="Probe each region",
        owner=ending.executor,
        due_on=lookbacks.DAY,
    )
    written = lookbacks.review(ending.executor, guardrail=item)
    assert says(closing, Question.PROPOSAL) == ()

    reviewing.finish(actor, number, 1, "review", written, now=ending.after(minutes=5))

    became = BacklogItem.objects.get(title="Probe each region").reference
    assert says(closing, Question.PROPOSAL) == (
        f"The review answered “A probe of each region”. It became {became}.",
    )


def test_what_is_verified_is_told_beside_what_helped(ending: ClosingRun) -> None:
    closing = ending.closable().close()

    (line,) = says(closing, Question.FASTER)

    assert line.startswith("D-1, Full rollback: decided T+00:")
