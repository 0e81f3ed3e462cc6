"""The beat: everything due, once, whatever else fails."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core import mail
from django.db import connection

from incidents.actions import checkpoints
from incidents.models import Checkpoint, Claim, Incident, Notice, Person, TimelineEntry
from tests.factories import START, declared
from warroom import tick
from warroom.kernel import clock

AT = START + timedelta(minutes=20)


def _schedule(incident: Incident, by: Person) -> Checkpoint:
    return checkpoints.schedule(
        by.as_actor(), incident.pk, due_at=AT, purpose="Flag or rollback", now=START
    )


def _reminders(incident: Incident) -> list[tuple[str, datetime]]:
    entries = TimelineEntry.objects.filter(incident=incident, actor_kind="system").order_by("seq")
    return list(entries.values_list("kind", "at"))


def test_three_reminders_each_once_however_often_it_ticks(
    staffed: Incident, commander: Person, deputy: Person
) -> None:
    _schedule(staffed, commander)
    Notice.objects.all().delete()

    with clock.at(AT - timedelta(minutes=6)) as hands:
        for _ in range(12 * 12):
            tick.tick()
            hands.advance(seconds=5)

    assert _reminders(staffed) == [
        ("checkpoint.soon", AT - timedelta(minutes=5)),
        ("checkpoint.due", AT),
        ("checkpoint.missed", AT + timedelta(minutes=5)),
    ]
    assert [message.to for message in mail.outbox] == [
        [commander.email],
        [commander.email],
        [commander.email],
        [deputy.email],
    ]


def test_a_late_tick_still_says_that_it_was_missed(incident: Incident, commander: Person) -> None:
    checkpoint = _schedule(incident, commander)
    now = AT + timedelta(hours=2)

    tick.run(now)

    assert [kind for kind, _ in _reminders(incident)] == ["checkpoint.due", "checkpoint.missed"]
    checkpoint.refresh_from_db()
    assert checkpoint.missed_at == now


@pytest.fixture
def poisoned(commander: Person) -> Incident:
    """An incident that forgot how far its timeline is: nothing can be recorded in it."""
    incident = declared(commander)
    _schedule(incident, commander)
    Incident.objects.filter(pk=incident.pk).update(last_seq=0)
    return incident


def test_one_poisoned_row_does_not_stop_the_others(
    poisoned: Incident, incident: Incident, commander: Person
) -> None:
    _schedule(incident, commander)

    tick.run(AT)

    assert _reminders(incident) == [("checkpoint.due", AT)]
    assert _reminders(poisoned) == []
    claim = Claim.objects.get(claimed_at=None)
    assert claim.error.startswith("IntegrityError")
    assert claim.try_again_at == AT + timedelta(seconds=5)
    assert Notice.objects.filter(incident=poisoned).count() == 0


def test_a_poisoned_row_that_was_mended_is_done_later(poisoned: Incident) -> None:
    tick.run(AT)
    Incident.objects.filter(pk=poisoned.pk).update(last_seq=poisoned.timeline.count())

    tick.run(AT + timedelta(seconds=4))
    assert _reminders(poisoned) == []
    tick.run(AT + timedelta(seconds=5))

    assert _reminders(poisoned) == [("checkpoint.due", AT + timedelta(seconds=5))]
    assert Claim.objects.values_list("claimed_at", "error").get() == (
        AT + timedelta(seconds=5),
        "",
    )


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_remind_once(incident: Incident, commander: Person) -> None:
    for _ in range(5):
        _schedule(incident, commander)
    barrier = Barrier(2)

    def beat() -> None:
        try:
            barrier.wait()
            tick.run(AT + timedelta(minutes=5))
        finally:
            connection.close()

    beats = [Thread(target=beat) for _ in range(2)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    # Whoever came second may have left mail to the first, or to the next tick.
    tick.run(AT + timedelta(minutes=5, seconds=1))

    kinds = [kind for kind, _ in _reminders(incident)]
    assert sorted(kinds) == ["checkpoint.due"] * 5 + ["checkpoint.missed"] * 5
    assert Notice.objects.count() == len(mail.outbox) == 10
    assert Claim.objects.filter(claimed_at__isnull=False).count() == Claim.objects.count() == 10
