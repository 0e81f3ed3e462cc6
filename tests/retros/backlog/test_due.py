"""Reminders of hardening work: who is told when, once, and what happens to one that fails."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from incidents.due import Due
from incidents.housekeeping import postpone
from incidents.models import Claim, Incident, Notice, Person
from incidents.timeline import kinds
from retros.backlog import actions as backlog
from retros.backlog import due as backlog_due
from retros.backlog import reminder_actions
from retros.backlog.reminder_rules import DUE_KIND, LATE_KIND, SOON_KIND
from retros.backlog.steps import WorkInput
from retros.models import BacklogItem
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared
from warroom.schedule import tick

DAY = date(2026, 3, 20)
NINE = datetime(2026, 3, 20, 9, 0, tzinfo=UTC)
WEEK = timedelta(days=7)


@pytest.fixture
def item(incident: Incident, commander: Person, deputy: Person) -> BacklogItem:
    """The deputy's, noted by the commander."""
    work = WorkInput(title="Alert on queue age", owner=deputy, due_on=DAY)
    return backlog.add(commander.as_actor(), incident.pk, work, now=START)


def notices(kind: str = "backlog.") -> list[tuple[Person, str]]:
    rows = Notice.objects.filter(kind__startswith=kind).exclude(kind="backlog.owned")
    return [
        (notice.person, notice.sentence) for notice in rows.select_related("person").order_by("pk")
    ]


def test_the_owner_is_told_before_on_the_day_and_each_week(
    incident: Incident, item: BacklogItem, deputy: Person
) -> None:
    for now in (NINE - timedelta(days=3), NINE, NINE + WEEK, NINE + 2 * WEEK):
        for _ in range(2):
            tick.run(now + timedelta(minutes=1))

    name = f"{item.reference} of {incident.reference}"
    assert notices() == [
        (deputy, f"{name} is due in 3 days: Alert on queue age"),
        (deputy, f"{name} is due today: Alert on queue age"),
        (deputy, f"{name} is 7 days late: Alert on queue age"),
        (deputy, f"{name} is 14 days late: Alert on queue age"),
    ]


def test_a_reminder_is_on_record_and_leads_to_the_item(
    incident: Incident, item: BacklogItem, deputy: Person
) -> None:
    reminder_actions.remind(item.pk, DUE_KIND, now=NINE)

    entry = incident.timeline.latest("seq")
    parts = kinds.get(entry.kind).headline_and_body(entry.subject, entry.data)
    assert parts == (
        f"{item.reference} is due today.",
        "Alert on queue age. Deputy was reminded.",
    )
    assert Notice.objects.get(kind=DUE_KIND).href == item.get_absolute_url()


def test_a_reminder_that_was_written_is_not_due_again(item: BacklogItem) -> None:
    assert backlog_due.due_reminders(NINE) == [
        Due(DUE_KIND, str(item.pk), NINE, reminder_actions.remind)
    ]

    assert reminder_actions.remind(item.pk, DUE_KIND, now=NINE)

    assert backlog_due.due_reminders(NINE) == []
    assert not reminder_actions.remind(item.pk, DUE_KIND, now=NINE)
    assert Claim.objects.filter(kind=DUE_KIND).count() == 1


def test_a_reminder_that_failed_waits_for_its_next_try(item: BacklogItem) -> None:
    postpone(DUE_KIND, str(item.pk), NINE, ValueError("no"), NINE)

    assert backlog_due.due_reminders(NINE) == []
    assert backlog_due.due_reminders(NINE + timedelta(seconds=5)) == [
        Due(DUE_KIND, str(item.pk), NINE, reminder_actions.remind)
    ]


def test_one_poisoned_item_does_not_stop_the_others(
    incident: Incident, commander: Person, item: BacklogItem
) -> None:
    other = declared(commander, title="Another")
    work = WorkInput(title="A probe for each region", owner=commander, due_on=DAY)
    sound = backlog.add(commander.as_actor(), other.pk, work, now=START)
    # It forgot how far its timeline is: nothing can be recorded in it.
    Incident.objects.filter(pk=incident.pk).update(last_seq=0)

    tick.run(NINE)

    assert [person for person, _ in notices()] == [commander]
    failed = Claim.objects.get(kind=DUE_KIND, subject=str(item.pk))
    assert failed.error.startswith("IntegrityError")
    assert (failed.claimed_at, failed.try_again_at) == (None, NINE + timedelta(seconds=5))
    assert Claim.objects.get(kind=DUE_KIND, subject=str(sound.pk)).claimed_at == NINE


def done(item: BacklogItem, actor: Person) -> None:
    backlog.finish(actor.as_actor(), item.incident_id, item.pk, now=START)


def postponed(item: BacklogItem, actor: Person) -> None:
    work = WorkInput(title=item.title, owner=item.owner, due_on=DAY + timedelta(days=30))
    backlog.change(actor.as_actor(), item.incident_id, item.pk, work, now=START)


def without_day(item: BacklogItem, actor: Person) -> None:
    work = WorkInput(title=item.title, owner=item.owner)
    backlog.change(actor.as_actor(), item.incident_id, item.pk, work, now=START)


@pytest.mark.parametrize("change", [done, postponed, without_day])
def test_what_is_no_longer_due_is_not_brought_to_mind(
    item: BacklogItem, commander: Person, change: Callable[[BacklogItem, Person], None]
) -> None:
    change(item, commander)

    assert backlog_due.due_reminders(NINE) == []
    assert not reminder_actions.remind(item.pk, DUE_KIND, now=NINE)
    assert notices() == []


def test_after_a_long_stop_people_are_told_once(item: BacklogItem, deputy: Person) -> None:
    tick.run(NINE + timedelta(days=40))

    assert [person for person, _ in notices()] == [deputy]


@pytest.mark.parametrize("owned", [True, False], ids=["who left", "nobody"])
def test_where_nobody_who_can_act_owns_it_who_commanded_is_told(
    incident: Incident, item: BacklogItem, commander: Person, deputy: Person, owned: bool
) -> None:
    if owned:
        Person.objects.filter(pk=deputy.pk).update(is_active=False)
    else:
        work = WorkInput(title=item.title, due_on=DAY)
        backlog.change(commander.as_actor(), incident.pk, item.pk, work, now=START)

    reminder_actions.remind(item.pk, DUE_KIND, now=NINE)

    assert [person for person, _ in notices()] == [commander]


def test_who_may_no_longer_know_of_the_incident_is_not_told(
    commander: Person, deputy: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))
    work = WorkInput(title="Close the leak", owner=deputy, due_on=DAY)
    item = backlog.add(commander.as_actor(), secret.pk, work, now=START)
    secret.participations.filter(person=deputy).delete()

    reminder_actions.remind(item.pk, SOON_KIND, now=NINE - timedelta(days=1))

    assert [person for person, _ in notices()] == [commander]


def test_what_is_late_for_long_is_read_once_a_week(item: BacklogItem) -> None:
    reminder_actions.remind(item.pk, LATE_KIND, now=NINE + WEEK)

    with queries() as executed:
        assert backlog_due.due_reminders(NINE + 2 * WEEK - timedelta(seconds=1)) == []
    assert len(executed) == 1
    assert backlog_due.due_reminders(NINE + 2 * WEEK) == [
        Due(LATE_KIND, str(item.pk), NINE + 2 * WEEK, reminder_actions.remind)
    ]


def test_the_tick_asks_as_often_for_many_as_for_one(
    incident: Incident, commander: Person, item: BacklogItem
) -> None:
    with queries() as few:
        backlog_due.due_reminders(NINE)
    for number in range(20):
        work = WorkInput(title=f"Probe {number}", owner=commander, due_on=DAY)
        backlog.add(commander.as_actor(), incident.pk, work, now=START)

    with queries() as many:
        assert len(backlog_due.due_reminders(NINE)) == 21

    assert len(few) == len(many) == 2
