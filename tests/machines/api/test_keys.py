"""An ``Idempotency-Key``: what is sent twice is written once, and answered alike."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connection

from incidents.models import Incident, Person
from kernel import clock
from machines.api.submissions import delete_old_submissions
from machines.models import Submission
from tests.helpers.tokens import person_token
from tests.machines.api.writer import Writer, codes

pytestmark = pytest.mark.django_db

NOTE = {"text": "Seen in eu-west only"}


def notes(incident: Incident) -> int:
    return incident.timeline.filter(kind="note.added").count()


def test_the_same_again_is_answered_alike_and_written_once(
    incident: Incident, commander: Person
) -> None:
    api, path = Writer(person_token(commander)), f"/incidents/{incident.pk}/notes"

    first, second = (api.post(path, NOTE, key="a-key") for _ in range(2))

    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert notes(incident) == 1


def test_without_a_key_each_is_written(incident: Incident, commander: Person) -> None:
    api, path = Writer(person_token(commander)), f"/incidents/{incident.pk}/notes"

    first, second = (api.post(path, NOTE) for _ in range(2))

    assert first.json() != second.json()
    assert notes(incident) == 2


@pytest.mark.parametrize("changed", ["body", "path"])
def test_a_key_of_another_request_is_refused(
    incident: Incident, commander: Person, changed: str
) -> None:
    api, at = Writer(person_token(commander)), f"/incidents/{incident.pk}"
    assert api.post(f"{at}/notes", NOTE, key="a-key").status_code == 201

    if changed == "body":
        answer = api.post(f"{at}/notes", {"text": "Seen everywhere"}, key="a-key")
    else:
        answer = api.post(f"{at}/notes?again=1", NOTE, key="a-key")

    assert (answer.status_code, codes(answer)) == (422, ["I-KEY"])
    assert notes(incident) == 1


def test_a_key_is_one_of_its_token(incident: Incident, commander: Person) -> None:
    path = f"/incidents/{incident.pk}/notes"
    for name in ("laptop", "desk"):
        api = Writer(person_token(commander, name))
        assert api.post(path, NOTE, key="a-key").status_code == 201

    assert notes(incident) == 2


def test_a_refused_write_frees_its_key(incident: Incident, commander: Person) -> None:
    api, path = Writer(person_token(commander)), f"/incidents/{incident.pk}/notes"

    refused = api.post(path, {"text": " "}, key="a-key")
    mended = api.post(path, NOTE, key="a-key")

    assert (refused.status_code, codes(refused)) == (422, ["N-EMPTY"])
    assert mended.status_code == 201


def test_a_missing_thing_frees_its_key(incident: Incident, commander: Person) -> None:
    api, at = Writer(person_token(commander)), f"/incidents/{incident.pk}"

    answer = api.post(f"{at}/risks/7/retire", {"reason": "Expired"}, key="a-key")

    assert answer.status_code == 404
    assert not Submission.objects.exists()


@pytest.mark.parametrize("key", ["k" * 101, "a\tkey"])
def test_a_key_is_short_and_visible(incident: Incident, commander: Person, key: str) -> None:
    api = Writer(person_token(commander))

    answer = api.post(f"/incidents/{incident.pk}/notes", NOTE, key=key)

    assert (answer.status_code, codes(answer)) == (422, ["I-KEY"])


def test_a_file_that_is_sent_twice_is_captured_once(incident: Incident, commander: Person) -> None:
    api, path = Writer(person_token(commander)), f"/incidents/{incident.pk}/evidence/files"
    answers = []
    for content in (b"401", b"401", b"403"):
        fields = {"kind": "log", "file": SimpleUploadedFile("a.log", content)}
        answers.append(api.upload(path, fields, **{"idempotency-key": "a-key"}))

    assert [answer.status_code for answer in answers] == [201, 201, 422]
    assert answers[0].json() == answers[1].json()
    assert incident.evidence.get().text == "401"


def test_after_a_week_a_key_is_free(incident: Incident, commander: Person) -> None:
    secret, path = person_token(commander), f"/incidents/{incident.pk}/notes"
    assert Writer(secret).post(path, NOTE, key="a-key").status_code == 201
    Submission.objects.update(made_at=clock.now() - timedelta(days=8))

    delete_old_submissions(clock.now())

    assert not Submission.objects.exists()
    assert Writer(secret).post(path, NOTE, key="a-key").status_code == 201
    assert notes(incident) == 2


def test_a_trial_takes_no_key(incident: Incident, commander: Person) -> None:
    api, at = Writer(person_token(commander)), f"/incidents/{incident.pk}"
    api.post(f"{at}/checkpoints", {"due_at": "+10"})

    answer = api.post(f"{at}/checkpoints/1/decision?dry_run=true", {}, key="a-key")

    assert answer.status_code == 200, answer.json()
    assert not Submission.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_instant_leave_one_entry(incident: Incident, commander: Person) -> None:
    secret, path = person_token(commander), f"/incidents/{incident.pk}/notes"
    barrier = Barrier(2)

    def send(_: int) -> int:
        barrier.wait(10)
        try:
            return Writer(secret).post(path, NOTE, key="a-key").status_code
        finally:
            connection.close()

    close_old_connections()
    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(send, range(2)))

    assert notes(incident) == 1
    # The second is answered as the first, or that the first is recorded already.
    assert answers[0] == 201
    assert answers[1] in {201, 409}
    assert Writer(secret).post(path, NOTE, key="a-key").status_code == 201
    assert notes(incident) == 1
