"""The watch: asked at 1, 6, 12 and 23 h, answered or missed, and over after 24."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.models import Notice, Person, TimelineEntry
from kernel.refusal import NotPermitted, Refused
from retros.models import CheckIn
from retros.vocabulary import End
from retros.watch import actions as watching
from retros.watch import due
from tests.retros.closing.closable import ClosingRun
from warroom.schedule import tick

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def watched(ending: ClosingRun) -> ClosingRun:
    ending.closable().close()
    return ending


def hours_of(ending: ClosingRun, kind: str) -> list[object]:
    rows = TimelineEntry.objects.filter(incident=ending.incident, kind=kind).order_by("seq")
    return [row.data["hour"] for row in rows]


def notice_count(person: Person, kind: str) -> int:
    return Notice.objects.filter(person=person, kind=kind).count()


def test_the_owner_is_asked_once_at_its_time(watched: ClosingRun) -> None:
    tick.run(watched.after(minutes=59))
    assert hours_of(watched, "watch.asked") == []
    for _ in range(3):
        tick.run(watched.after(minutes=1))

    assert hours_of(watched, "watch.asked") == [1]
    assert notice_count(watched.watcher, "watch.asked") == 1


def test_an_answered_one_is_neither_asked_nor_missed_again(watched: ClosingRun) -> None:
    tick.run(watched.after(minutes=61))
    row = watched.check_in()
    for _ in range(3):
        tick.run(watched.after(hours=1))

    assert (row.hour, row.answered_by) == (1, watched.watcher)
    assert hours_of(watched, "watch.checked") == [1]
    assert (hours_of(watched, "watch.asked"), hours_of(watched, "watch.missed")) == ([1], [])


def test_one_beside_the_schedule_is_on_the_page(watched: ClosingRun, client: Client) -> None:
    watched.check_in()
    client.force_login(watched.watcher)

    page = client.get(f"/INC-{watched.incident.pk}/watch/")

    [entry] = page.context["own_check_ins"]
    assert entry.data["text"] in page.content.decode().split("Beside the schedule")[1]
    assert CheckIn.objects.exclude(answered_at=None).count() == 0


def test_one_answer_is_for_all_that_wait(watched: ClosingRun) -> None:
    """Who missed the first and looks at the sixth hour leaves nothing to be missed once more."""
    tick.run(watched.after(hours=1))
    tick.run(watched.after(minutes=40))
    assert hours_of(watched, "watch.missed") == [1]
    tick.run(watched.after(hours=4, minutes=25))
    row = watched.check_in()
    tick.run(watched.after(hours=1))

    assert (row.hour, hours_of(watched, "watch.checked")) == (6, [6])
    assert hours_of(watched, "watch.missed") == [1]
    assert watched.incident.closings.get().check_ins.filter(answered_at=None).count() == 2


def test_where_nobody_watches_any_more_who_commands_is_asked(watched: ClosingRun) -> None:
    Person.objects.filter(pk=watched.watcher.pk).update(is_active=False)
    tick.run(watched.after(minutes=61))

    assert notice_count(watched.commander, "watch.asked") == 1
    assert notice_count(watched.watcher, "watch.asked") == 0


def test_a_missed_one_is_told_to_who_commands_too(watched: ClosingRun) -> None:
    tick.run(watched.after(minutes=61))
    for _ in range(2):
        tick.run(watched.after(minutes=30))

    assert hours_of(watched, "watch.missed") == [1]
    assert (
        notice_count(watched.watcher, "watch.missed")
        == notice_count(watched.commander, "watch.missed")
        == 1
    )
    # Late is better than never: the answer stands beside the miss.
    assert watched.check_in("0.4 %, a little high").missed_at is not None


def test_after_a_long_stop_each_is_told_of_once(watched: ClosingRun) -> None:
    tick.run(watched.after(hours=13))

    assert hours_of(watched, "watch.asked") == []
    assert hours_of(watched, "watch.missed") == [1, 6, 12]


def test_one_before_its_time_replaces_none(watched: ClosingRun) -> None:
    assert watched.check_in() is None
    assert hours_of(watched, "watch.checked") == [None]
    assert not CheckIn.objects.filter(answered_at__isnull=False).exists()
    with pytest.raises(Refused, match="what you saw"):
        watched.check_in("-")


def test_only_who_watches_or_commands_checks_in(watched: ClosingRun, stranger: Person) -> None:
    with pytest.raises(NotPermitted):
        watched.check_in(by=stranger)
    with pytest.raises(NotPermitted):
        watched.fire(by=stranger)
    assert watched.check_in(by=watched.commander) is None


def test_after_a_day_it_is_closed_by_itself(watched: ClosingRun) -> None:
    until = watched.incident.closings.get().watch_until
    watched.now = until - timedelta(seconds=1)
    tick.run(watched.now)
    assert watched.status == "watching"
    for _ in range(2):
        tick.run(watched.after(seconds=1))

    closing = watched.incident.closings.get()
    assert (watched.status, closing.end, closing.ended_at) == ("closed", End.HELD, until)
    assert TimelineEntry.objects.filter(kind="watch.held").count() == 1
    with pytest.raises(Refused, match="over"):
        watched.check_in()
    with pytest.raises(Refused, match="over"):
        watched.fire()
    watched.reopen()
    assert watched.status == "active"


def test_a_fired_watch_asks_nobody_and_ends_nothing(watched: ClosingRun) -> None:
    watched.fire()
    tick.run(watched.after(hours=25))

    assert (hours_of(watched, "watch.asked"), hours_of(watched, "watch.missed")) == ([], [])
    assert watched.status == "active"


def test_a_tick_over_many_watches_asks_as_often_as_over_one(
    watched: ClosingRun, django_assert_max_num_queries: object
) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        due.check_ins(watched.after(hours=7))
        due.watches(watched.now)


def test_a_reminder_of_an_answered_one_does_nothing(watched: ClosingRun) -> None:
    watched.after(minutes=61)
    row = watched.check_in()
    assert not watching.remind(row.pk, watching.DUE_KIND, now=watched.now)
