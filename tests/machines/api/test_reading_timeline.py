"""The timeline by the API: in order, in plain words, and by a long poll as soon as it goes on."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import pytest
from django.db import connections

from incidents.actions import amendments, restriction
from incidents.models import Incident, Person
from kernel import clock
from lanes.actions import add_note
from machines.api.reading import waiting
from machines.models import Token
from machines.tokens.actions import revoke_token
from tests.helpers.counting import queries
from tests.helpers.factories import START, declared
from tests.helpers.live_app import LiveApp
from tests.helpers.tokens import Api, person_token

LATER = START + timedelta(minutes=5)
TIMEOUT_SECONDS = 30.0


def _note(incident: Incident, by: Person, text: str) -> None:
    add_note(by.as_actor(), incident.pk, text=text, now=LATER)


@pytest.mark.django_db
def test_entries_come_in_order_after_a_number(incident: Incident, commander: Person) -> None:
    for n in range(3):
        _note(incident, commander, f"Note {n}")
    reader, path = Api(person_token(commander)), f"/incidents/{incident.pk}/timeline"

    whole = reader.get(path).json()
    first = reader.get(path, {"limit": 2}).json()
    rest = reader.get(path, {"after": first["after"]}).json()

    numbers = [entry["seq"] for entry in whole["entries"]]
    assert numbers == list(range(1, whole["last_seq"] + 1))
    assert first["entries"] + rest["entries"] == whole["entries"]
    assert rest["after"] == whole["last_seq"]
    assert reader.get(path, {"after": rest["after"]}).json()["entries"] == []


@pytest.mark.django_db
def test_words_are_plain_and_corrections_are_named(incident: Incident, commander: Person) -> None:
    _note(incident, commander, "Is <b>a & b</b> so?")
    reader, path = Api(person_token(commander)), f"/incidents/{incident.pk}/timeline"
    noted = reader.get(path).json()["entries"][-1]
    correction = {"part": "text", "text": "It is not", "reason": "Read again"}
    fields = {name: correction[name] for name in ("part", "text")}
    amendments.amend(commander.as_actor(), incident.pk, noted["seq"], **fields, now=LATER)

    noted, amended = reader.get(path).json()["entries"][-2:]

    assert (noted["headline"], noted["body"]) == ("Note.", "Is <b>a & b</b> so?")
    assert noted["author"] == {"kind": "person", "name": str(commander), "via": ""}
    assert noted["corrections"] == [amended["seq"]]
    assert (amended["kind"], amended["amends"]) == ("entry.amended", noted["seq"])


@pytest.mark.django_db
def test_it_asks_as_often_for_many_as_for_one(incident: Incident, commander: Person) -> None:
    reader, path = Api(person_token(commander)), f"/incidents/{incident.pk}/timeline"
    query = {"after": incident.last_seq}
    _note(incident, commander, "One")
    with queries() as first:
        assert len(reader.get(path, query).json()["entries"]) == 1
    for n in range(5):
        _note(incident, commander, f"Note {n}")
    with queries() as second:
        assert len(reader.get(path, query).json()["entries"]) == 6

    assert len(second) == len(first) <= 8


@pytest.mark.django_db
@pytest.mark.parametrize(("name", "value"), [("wait", 26), ("after", -1), ("limit", 101)])
def test_what_is_out_of_range_is_refused(
    name: str, value: int, incident: Incident, commander: Person
) -> None:
    reader = Api(person_token(commander))

    answer = reader.get(f"/incidents/{incident.pk}/timeline", {name: value})

    assert answer.status_code == 422


class Poll:
    """One long poll from outside; ``asked`` once it waits."""

    def __init__(self, app: LiveApp, secret: str, incident: Incident, seconds: int) -> None:
        self._pool = ThreadPoolExecutor(1)
        before, path = waiting.count(), f"/api/v1/incidents/{incident.pk}/timeline"
        self.answer: Future[httpx.Response] = self._pool.submit(
            httpx.get,
            f"{app.url}{path}",
            params={"after": incident.last_seq, "wait": seconds},
            headers={"authorization": f"Bearer {secret}"},
            timeout=TIMEOUT_SECONDS,
        )
        _until(lambda: waiting.count() > before)

    def result(self) -> Any:
        answer = self.answer.result(TIMEOUT_SECONDS)
        self._pool.shutdown()
        return answer


def _until(happens: Callable[[], bool]) -> None:
    began, pause = monotonic(), threading.Event()
    while not happens():
        assert monotonic() - began < TIMEOUT_SECONDS
        pause.wait(0.01)


@pytest.fixture
def watched(
    live_app: LiveApp, commander: Person, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Incident]:
    """Nobody listens any more when Valkey ends."""
    monkeypatch.setattr(waiting, "LINGER_SECONDS", 0.0)
    yield declared(commander)
    _until(lambda: not waiting.is_subscribed())


def test_a_long_poll_answers_as_soon_as_there_is_an_entry(
    live_app: LiveApp, watched: Incident, commander: Person
) -> None:
    poll = Poll(live_app, person_token(commander), watched, 25)
    _note(watched, commander, "Seen in eu-west only")
    noted_at = monotonic()

    found = poll.result().json()

    assert [entry["body"] for entry in found["entries"]] == ["Seen in eu-west only"]
    assert monotonic() - noted_at < 20
    _until(lambda: waiting.count() == 0)


def test_a_long_poll_ends_empty_when_nothing_comes(
    live_app: LiveApp, watched: Incident, commander: Person
) -> None:
    found = Poll(live_app, person_token(commander), watched, 1).result().json()

    assert found == {"entries": [], "after": watched.last_seq, "last_seq": watched.last_seq}


def test_who_waits_holds_no_connection(
    live_app: LiveApp, watched: Incident, commander: Person
) -> None:
    secret = person_token(commander)
    pool = connections["default"].pool
    polls = [Poll(live_app, secret, watched, 25) for _ in range(6)]
    _until(lambda: pool.get_stats()["pool_size"] - pool.get_stats()["pool_available"] <= 3)

    _note(watched, commander, "Go on")

    assert all(len(poll.result().json()["entries"]) == 1 for poll in polls)


def test_a_token_that_is_revoked_waits_no_longer(
    live_app: LiveApp, watched: Incident, commander: Person
) -> None:
    poll = Poll(live_app, person_token(commander), watched, 25)
    began = monotonic()
    revoke_token(commander.as_actor(), Token.objects.get().pk, reason="Lost", now=clock.now())

    answer = poll.result()

    assert answer.status_code == 401
    assert monotonic() - began < 20


def test_who_is_shut_out_waits_no_longer(
    live_app: LiveApp, watched: Incident, commander: Person, stranger: Person
) -> None:
    poll = Poll(live_app, person_token(stranger), watched, 25)
    restriction.restrict(
        commander.as_actor(), watched.pk, restricted=True, reason="Data", now=LATER
    )

    answer = poll.result()

    assert answer.status_code == 404
    assert answer.json()["detail"] == f"There is no {watched.reference}."
