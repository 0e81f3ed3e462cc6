"""Failed claims and old submissions."""

import uuid
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session

from incidents import housekeeping
from incidents.housekeeping import delete_old_submissions, postpone
from incidents.models import Claim, Person, Submission
from tests.helpers.factories import START


@pytest.mark.parametrize(
    ("late", "wait"),
    [
        pytest.param(0, 5, id="at-once"),
        pytest.param(60, 60, id="as-long-again"),
        pytest.param(86_400, 300, id="never-longer-than-five-minutes"),
    ],
)
@pytest.mark.django_db
def test_failed_work_waits_longer_the_later_it_is(late: int, wait: int) -> None:
    now = START + timedelta(seconds=late)

    postpone("checkpoint.due", "7", START, ValueError("broken row"), now)

    claim = Claim.objects.get()
    assert claim.error == "ValueError: broken row"
    assert claim.try_again_at == now + timedelta(seconds=wait)
    assert claim.claimed_at is None


@pytest.mark.django_db
def test_work_that_somebody_else_has_done_stays_done() -> None:
    Claim.objects.create(kind="checkpoint.due", subject="7", due_at=START, claimed_at=START)

    postpone("checkpoint.due", "7", START, ValueError("too late"), START)

    assert Claim.objects.values_list("error", "try_again_at").get() == ("", None)


def test_submissions_are_forgotten_after_a_week(commander: Person) -> None:
    week = timedelta(days=7)
    kept = Submission.objects.create(key=uuid.uuid4(), person=commander, at=START - week)
    Submission.objects.create(
        key=uuid.uuid4(), person=commander, at=START - week - timedelta(seconds=1)
    )

    delete_old_submissions(START)

    assert list(Submission.objects.all()) == [kept]


def test_submissions_go_some_at_a_time(commander: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        Submission.objects.create(key=uuid.uuid4(), person=commander, at=START - timedelta(days=8))
    monkeypatch.setattr(housekeeping, "SUBMISSIONS_BATCH_SIZE", 2)

    delete_old_submissions(START)

    assert Submission.objects.count() == 1


@pytest.mark.django_db
def test_sessions_that_are_over_go_some_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    second = timedelta(seconds=1)
    expiries = {"alive": START, "over": START - second, "long-over": START - 2 * second}
    for key, expiry in expiries.items():
        Session.objects.create(session_key=key, session_data="", expire_date=expiry)
    monkeypatch.setattr(housekeeping, "SESSIONS_BATCH_SIZE", 1)

    housekeeping.delete_expired_sessions(START)
    after_one = set(Session.objects.values_list("pk", flat=True))
    housekeeping.delete_expired_sessions(START)

    assert len(after_one) == 2
    assert set(Session.objects.values_list("pk", flat=True)) == {"alive"}
