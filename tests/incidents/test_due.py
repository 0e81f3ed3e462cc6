"""Reminders that have come due."""

from datetime import timedelta

import pytest

from incidents.actions import checkpoints
from incidents.due import DUE, MISSED, SOON, due
from incidents.housekeeping import postpone
from incidents.models import Checkpoint, Incident, Person
from incidents.vocabulary import Status
from tests.helpers.closable import set_status
from tests.helpers.factories import START, declared

AT = START + timedelta(minutes=20)
"""When the checkpoint of these tests is due."""


@pytest.fixture
def checkpoint(incident: Incident, commander: Person) -> Checkpoint:
    return checkpoints.schedule(
        commander.as_actor(), incident.pk, due_at=AT, purpose="Flag or rollback", now=START
    )


@pytest.mark.parametrize(
    ("minutes", "kinds"),
    [
        pytest.param(-5.02, [], id="not-yet"),
        pytest.param(-5, [SOON], id="five-minutes-before"),
        pytest.param(-0.02, [SOON], id="just-before"),
        pytest.param(0, [DUE], id="at-the-time"),
        pytest.param(4.98, [DUE], id="within-grace"),
        pytest.param(5, [DUE, MISSED], id="five-minutes-after"),
        pytest.param(600, [DUE, MISSED], id="after-a-long-stop"),
    ],
)
def test_each_reminder_comes_in_its_time(
    checkpoint: Checkpoint, minutes: float, kinds: list[str]
) -> None:
    reminders = due(AT + timedelta(minutes=minutes))

    assert [(row.kind, row.subject, row.due_at) for row in reminders] == [
        (kind, str(checkpoint.pk), AT) for kind in kinds
    ]


def test_a_reminder_that_was_written_is_not_due_again(checkpoint: Checkpoint) -> None:
    checkpoints.remind(checkpoint.pk, DUE, now=AT)

    assert due(AT) == []
    assert [one.kind for one in due(AT + timedelta(minutes=5))] == [MISSED]


def test_a_reminder_that_failed_waits_for_its_next_try(checkpoint: Checkpoint) -> None:
    postpone(DUE, str(checkpoint.pk), AT, ValueError("no"), AT)

    assert due(AT) == []
    assert [one.kind for one in due(AT + timedelta(seconds=5))] == [DUE]


def test_a_checkpoint_set_minutes_ahead_is_not_announced_as_five_minutes_away(
    incident: Incident, commander: Person
) -> None:
    soon = START + timedelta(minutes=5)
    checkpoints.schedule(commander.as_actor(), incident.pk, due_at=soon, purpose="", now=START)

    assert due(START + timedelta(minutes=1)) == []


def test_a_decided_checkpoint_reminds_nobody(checkpoint: Checkpoint) -> None:
    Checkpoint.objects.filter(pk=checkpoint.pk).update(decided_at=AT)

    assert due(AT) == []


def test_an_incident_that_is_not_active_reminds_nobody(checkpoint: Checkpoint) -> None:
    set_status(checkpoint.incident_id, Status.WATCHING)

    assert due(AT) == []


@pytest.mark.parametrize("incidents", [1, 3])
def test_one_query_whatever_is_due(
    incidents: int, commander: Person, django_assert_num_queries
) -> None:
    for _ in range(incidents):
        incident = declared(commander)
        checkpoints.schedule(commander.as_actor(), incident.pk, due_at=AT, purpose="", now=START)

    with django_assert_num_queries(1):
        found = due(AT)

    assert len(found) == incidents
