"""Reminders of reviews and retros: who is told when, once, and what happens to one that fails."""

from datetime import timedelta

import pytest

from incidents.actions import roles
from incidents.due import Due
from incidents.housekeeping import postpone
from incidents.models import Claim, Incident, Notice, Person
from incidents.timeline import kinds
from incidents.vocabulary import RoleName
from retros.models import LookBack
from retros.review import actions as reviewing
from retros.review import due as review_due
from retros.review import reminder_actions
from tests.helpers.counting import queries
from tests.retros.closing.closable import ClosingRun
from tests.retros.review import lookbacks
from warroom.schedule import tick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def closed(ending: ClosingRun, deputy: Person) -> ClosingRun:
    actor = ending.commander.as_actor()
    person = {"role": RoleName.DEPUTY, "person": deputy}
    roles.assign(actor, ending.incident.pk, **person, now=ending.now)
    ending.closable().close()
    return ending


def look(ending: ClosingRun, kind: str) -> LookBack:
    return ending.incident.looks_back.get(kind=kind)


def notices(prefix: str) -> list[tuple[str, str, str]]:
    notices = Notice.objects.filter(kind__startswith=prefix).select_related("person").order_by("pk")
    return [(notice.kind, notice.person.username, notice.sentence) for notice in notices]


def test_a_review_is_brought_to_mind_before_at_its_time_and_when_it_is_late(
    closed: ClosingRun,
) -> None:
    due = look(closed, "review").due_at
    for away in (-11, -10, -9, 0, 1, 29, 30, 31, 600):
        tick.run(due + timedelta(minutes=away))

    name = f"The review of {closed.incident.reference}"
    assert notices("review.") == [
        ("review.soon", "commander", f"{name} is due in 10 minutes."),
        ("review.due", "commander", f"{name} is due now."),
        ("review.late", "commander", f"{name} is 30 minutes late."),
        ("review.late", "deputy", f"{name} is 30 minutes late."),
    ]


def test_a_retro_is_brought_to_mind_an_hour_before(closed: ClosingRun) -> None:
    due = look(closed, "retro").due_at
    for minutes in (-61, -60, -59, 0, 239, 240, 9000):
        review_reminding_of(due + timedelta(minutes=minutes))

    name = f"The retro of {closed.incident.reference}"
    assert [(kind, who) for kind, who, _ in notices("retro.")] == [
        ("retro.soon", "commander"),
        ("retro.due", "commander"),
        ("retro.late", "commander"),
        ("retro.late", "deputy"),
    ]
    assert notices("retro.")[0][2] == f"{name} is due in 60 minutes."


def review_reminding_of(now: object) -> None:
    for reminder in review_due.due_reminders(now):  # type: ignore[arg-type]
        reminder.remind(now=now)


def test_a_reminder_is_on_record_and_leads_to_its_form(closed: ClosingRun) -> None:
    review = look(closed, "review")

    reminder_actions.remind(review.pk, "review.due", now=review.due_at)

    entry = closed.incident.timeline.latest("seq")
    parts = kinds.get(entry.kind).headline_and_body(entry.subject, entry.data)
    assert parts == ("Review is due now.", "Commander reminded.")
    href = f"/INC-{closed.incident.pk}/retro/1/#review"
    assert Notice.objects.get(kind="review.due").href == href


def test_a_reminder_that_was_written_is_not_due_again(closed: ClosingRun) -> None:
    review = look(closed, "review")
    assert review_due.due_reminders(review.due_at) == [
        Due("review.due", str(review.pk), review.due_at, reminder_actions.remind)
    ]

    assert reminder_actions.remind(review.pk, "review.due", now=review.due_at)

    assert review_due.due_reminders(review.due_at) == []
    assert not reminder_actions.remind(review.pk, "review.due", now=review.due_at)
    assert Claim.objects.filter(kind="review.due").count() == 1


def test_a_reminder_that_failed_waits_for_its_next_try(closed: ClosingRun) -> None:
    review = look(closed, "review")
    postpone("review.due", str(review.pk), review.due_at, ValueError("no"), review.due_at)

    assert review_due.due_reminders(review.due_at) == []
    later = review.due_at + timedelta(seconds=5)
    assert review_due.due_reminders(later) == [
        Due("review.due", str(review.pk), review.due_at, reminder_actions.remind)
    ]


def test_one_poisoned_incident_is_marked_and_tried_again(closed: ClosingRun) -> None:
    review = look(closed, "review")
    # It forgot how far its timeline is: nothing can be recorded in it.
    Incident.objects.filter(pk=closed.incident.pk).update(last_seq=0)

    tick.run(review.due_at)

    failed = Claim.objects.get(kind="review.due")
    assert failed.error.startswith("IntegrityError")
    assert (failed.claimed_at, failed.try_again_at) == (
        None,
        review.due_at + timedelta(seconds=5),
    )


@pytest.mark.parametrize("what", ["finished", "reopened"])
def test_what_is_finished_or_fought_again_is_not_brought_to_mind(
    closed: ClosingRun, what: str
) -> None:
    review = look(closed, "review")
    if what == "finished":
        written, actor = lookbacks.review(closed.executor), closed.commander.as_actor()
        number = closed.incident.pk
        reviewing.finish(actor, number, 1, "review", written, now=closed.after(minutes=1))
    else:
        closed.fire()

    assert review_due.due_reminders(review.due_at) == []
    assert not reminder_actions.remind(review.pk, "review.due", now=review.due_at)
    assert notices("review.") == []


def test_after_a_long_stop_people_are_told_once(closed: ClosingRun) -> None:
    tick.run(closed.after(days=20))

    assert [(kind, who) for kind, who, _ in notices("review.")] == [
        ("review.late", "commander"),
        ("review.late", "deputy"),
    ]


def test_where_who_commands_cannot_act_the_deputy_is_told(closed: ClosingRun) -> None:
    review = look(closed, "review")
    Person.objects.filter(pk=closed.commander.pk).update(is_active=False)

    reminder_actions.remind(review.pk, "review.due", now=review.due_at)

    assert [who for _, who, _ in notices("review.")] == ["deputy"]


def test_the_tick_asks_as_often_for_many_as_for_one_and_not_for_what_is_long_late(
    closed: ClosingRun,
) -> None:
    now = look(closed, "retro").due_at
    with queries() as two:
        assert len(review_due.due_reminders(now)) == 2
    for reminder in review_due.due_reminders(now + timedelta(days=2)):
        reminder.remind(now=now + timedelta(days=2))

    with queries() as none:
        assert review_due.due_reminders(now + timedelta(days=3)) == []
    assert (len(two), len(none)) == (2, 1)
