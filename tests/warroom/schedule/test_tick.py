"""The beat: everything due, once, whatever else fails."""

import logging
import math
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import psycopg
import pytest
from django.core import mail
from django.db import connection
from django.urls import reverse

from incidents.actions import checkpoints
from incidents.models import Checkpoint, Claim, Incident, Notice, Person, TimelineEntry
from kernel import clock
from tests.helpers.factories import START, declared
from tests.helpers.tiers import in_tier
from warroom.schedule import fallback, tick

AT = START + timedelta(minutes=20)


def _schedule(incident: Incident, by: Person) -> Checkpoint:
    return checkpoints.schedule(
        by.as_actor(), incident.pk, due_at=AT, purpose="Flag or rollback", now=START
    )


TICK_SECONDS = in_tier(test=20, prove=5)


def _reminders(incident: Incident) -> list[tuple[str, datetime]]:
    """Of its checkpoints: of its first update it is reminded too."""
    entries = TimelineEntry.objects.filter(incident=incident, kind__startswith="checkpoint.")
    entries = entries.filter(actor_kind="system").order_by("seq")
    return list(entries.values_list("kind", "at"))


def test_three_reminders_each_once_however_often_it_ticks(
    staffed: Incident, commander: Person, deputy: Person
) -> None:
    _schedule(staffed, commander)
    Notice.objects.all().delete()

    with clock.at(AT - timedelta(minutes=6)) as hands:
        for _ in range(12 * 60 // TICK_SECONDS):
            tick.tick()
            hands.advance(seconds=TICK_SECONDS)

    assert _reminders(staffed) == [
        ("checkpoint.soon", AT - timedelta(minutes=5)),
        ("checkpoint.due", AT),
        ("checkpoint.missed", AT + timedelta(minutes=5)),
    ]
    about = [message for message in mail.outbox if "update" not in message.body]
    assert [message.to for message in about] == [
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
    claim = Claim.objects.get(claimed_at=None, kind__startswith="checkpoint.")
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
    claims = Claim.objects.filter(kind__startswith="checkpoint.")
    assert claims.values_list("claimed_at", "error").get() == (
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
    claims = Claim.objects.filter(kind__startswith="checkpoint.")
    assert Notice.objects.filter(kind__startswith="checkpoint.").count() == 10
    assert len(mail.outbox) == Notice.objects.count()
    assert claims.filter(claimed_at__isnull=False).count() == claims.count() == 10


@pytest.mark.django_db(transaction=True)
def test_an_incident_that_somebody_holds_keeps_no_other_waiting(
    incident: Incident, commander: Person
) -> None:
    held = declared(commander)
    both = [_schedule(held, commander), _schedule(incident, commander)]
    due = [(one.incident_id, one.pk, "checkpoint.due") for one in both]
    name = connection.settings_dict["NAME"]

    with psycopg.connect(os.environ["DATABASE_URL"], dbname=name) as other:
        other.execute("SELECT id FROM incidents_incident WHERE id = %s FOR UPDATE", [held.pk])
        assert checkpoints.remind_all(due, now=AT) == 1
    assert checkpoints.remind_all(due, now=AT) == 1

    assert _reminders(incident) == _reminders(held) == [("checkpoint.due", AT)]


def test_together_as_one_by_one(staffed: Incident, commander: Person, deputy: Person) -> None:
    made = [_schedule(staffed, commander), _schedule(staffed, commander)]
    now = AT + timedelta(minutes=5)
    Notice.objects.all().delete()

    checkpoints.remind(made[0].pk, "checkpoint.missed", now=now)
    checkpoints.remind_all([(staffed.pk, made[1].pk, "checkpoint.missed")], now=now)

    first, second = TimelineEntry.objects.filter(kind="checkpoint.missed").order_by("seq")
    assert first.data == second.data == {"told": "Commander and Deputy"}
    assert (first.subject, second.subject) == ("CP-1", "CP-2")
    told = Notice.objects.order_by("pk").values_list("subject", "person__name", "href")
    command = reverse("take-command", args=[staffed.pk])
    assert list(told) == [
        (row.reference, name, href)
        for row in made
        for name, href in (("Commander", row.get_absolute_url()), ("Deputy", command))
    ]
    assert set(Checkpoint.objects.values_list("missed_at", flat=True)) == {now}


def test_what_was_decided_meanwhile_is_not_reminded_of(
    incident: Incident, commander: Person
) -> None:
    checkpoint = _schedule(incident, commander)
    Checkpoint.objects.filter(pk=checkpoint.pk).update(decided_at=AT)

    assert checkpoints.remind_all([(incident.pk, checkpoint.pk, "checkpoint.due")], now=AT) == 0
    assert Claim.objects.count() == 0


@pytest.fixture
def fresh_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """No tick has run in it, and nothing was told of its clock."""
    monkeypatch.setattr(tick, "_last", -math.inf)
    monkeypatch.setattr(tick, "_warned_at", -math.inf)


@pytest.fixture
def clock_ahead(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock of this machine is a minute ahead of the database's."""
    monkeypatch.setattr(clock, "now", lambda: datetime.now(UTC) + timedelta(minutes=1))


@pytest.mark.usefixtures("fresh_process", "clock_ahead")
def test_a_process_whose_clock_is_ahead_reminds_at_the_databases_time_and_says_so(
    commander: Person, caplog: pytest.LogCaptureFixture
) -> None:
    true = datetime.now(UTC)
    incident = declared(commander, now=true - timedelta(minutes=30))
    for due_at in (true - timedelta(seconds=1), true + timedelta(seconds=50)):
        Checkpoint.objects.create(
            incident=incident,
            number=incident.checkpoints.count() + 1,
            due_at=due_at,
            scheduled_at=due_at - timedelta(minutes=4),
        )

    with caplog.at_level(logging.WARNING, "warroom.tick"):
        tick.tick()

    [entry] = TimelineEntry.objects.filter(kind="checkpoint.due")
    assert entry.subject == "CP-1"
    assert abs(entry.at - true) < timedelta(seconds=40)
    assert [r.message for r in caplog.records if "clock" in r.message] == [
        "The clock of this process is 60.0 s ahead of the database's: set it"
    ]


@pytest.mark.usefixtures("fresh_process", "db")
def test_ticks_that_had_to_wait_are_skipped(django_assert_num_queries) -> None:
    tick.tick()

    with django_assert_num_queries(0):
        for _ in range(100):
            tick._last = time.monotonic()
            tick.tick()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("fresh_process")
def test_a_worker_that_hears_no_tick_ticks_by_itself(incident: Incident, commander: Person) -> None:
    _schedule(incident, commander)

    assert fallback.tick_if_silent()
    tick._last = time.monotonic()
    assert not fallback.tick_if_silent()

    kinds = [kind for kind, _ in _reminders(incident)]
    assert kinds == ["checkpoint.due", "checkpoint.missed"]


@pytest.fixture
def steps_elsewhere() -> Iterator[None]:
    """Another process is at the steps of its tick."""
    name = connection.settings_dict["NAME"]
    with psycopg.connect(os.environ["DATABASE_URL"], dbname=name) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [tick._LOCK])
        yield


@pytest.mark.usefixtures("steps_elsewhere")
def test_reminders_wait_for_no_other_tick_and_steps_are_not_doubled(
    incident: Incident, commander: Person
) -> None:
    _schedule(incident, commander)

    tick.run(AT)

    assert _reminders(incident) == [("checkpoint.due", AT)]
    assert mail.outbox == []


def test_what_comes_due_during_the_steps_waits_for_no_other_tick(
    incident: Incident, commander: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    _schedule(incident, commander)

    with clock.at(AT - timedelta(seconds=1)) as hands:
        monkeypatch.setattr(tick, "STEPS", (lambda _: hands.advance(seconds=1),))
        tick.tick()

    assert _reminders(incident)[-1] == ("checkpoint.due", AT)
