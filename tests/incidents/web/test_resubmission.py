"""A form that is sent again: the same leads to the first, a changed one is told."""

from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from incidents.models import Incident, Person, Submission
from tests.helpers.tiers import in_tier

ROUNDS = in_tier(test=10, prove=120)

ONCE = "7f1d7a0e-8a55-4a3c-9a3e-2b6f0c7d9e10"


@pytest.fixture
def room(client: Client, commander: Person, incident: Incident) -> str:
    client.force_login(commander)
    return incident.get_absolute_url()


def _change(client: Client, room: str, **said: Any) -> Any:
    return client.post(f"{room}severity/", {"severity": "2", "once": ONCE, **said})


def test_the_same_again_leads_to_the_first(client: Client, room: str, incident: Incident) -> None:
    answers = [_change(client, room, reason="Only one region") for _ in range(3)]

    assert [(answer.status_code, answer.url) for answer in answers] == [(302, room)] * 3
    assert incident.timeline.filter(kind="severity.changed").count() == 1


@pytest.mark.parametrize("times", [1, 2])
def test_a_changed_one_is_told_and_comes_back(
    client: Client, room: str, incident: Incident, times: int
) -> None:
    _change(client, room, reason="Only one region")

    answers = [
        _change(client, room, severity="3", reason="<b>No region</b>\nat all") for _ in range(times)
    ]

    page = answers[-1].content.decode()
    assert answers[-1].status_code == 409
    assert "This form had been sent already" in page
    assert "&lt;b&gt;No region&lt;/b&gt;<br>at all" in page
    assert f'href="{room}"' in page
    incident.refresh_from_db()
    assert incident.severity == "2"


def test_what_was_refused_does_not_count_as_sent(client: Client, room: str) -> None:
    unchanged = {"severity": "1", "reason": "As it is"}
    refused = _change(client, room, **unchanged)
    _change(client, room, reason="Only one region")

    assert refused.status_code == 422
    assert _change(client, room, **unchanged).status_code == 409


def test_a_script_is_told_as_data(client: Client, room: str, incident: Incident) -> None:
    def note(text: str) -> Any:
        said = {"text": text, "once": ONCE}
        return client.post(f"{room}notes/", said, headers={"Accept": "application/json"})

    first, changed = note("Errors fall"), note("Errors fall, I think")

    assert (first.status_code, changed.status_code) == (204, 409)
    assert changed.json() == {"first": room}
    assert incident.timeline.filter(kind="note.added").count() == 1


def test_a_draft_that_saves_itself_leaves_nothing_behind(
    client: Client, commander: Person, room: str
) -> None:
    client.post(f"{room}CP-1/draft/", {"once": ONCE, "scope": "Half a"})

    assert not Submission.objects.exists()


def test_a_changed_declaration_leads_to_the_incident_that_there_is(
    client: Client, commander: Person
) -> None:
    client.force_login(commander)
    client.post("/declare/", {"title": "Tokens refused", "severity": "1", "once": ONCE})
    first = Incident.objects.get()

    answer = client.post("/declare/", {"title": "Tokens lost", "severity": "1", "once": ONCE})

    assert answer.status_code == 409
    assert first.get_absolute_url() in answer.content.decode()
    assert "Tokens lost" in answer.content.decode()
    assert Incident.objects.count() == 1


@pytest.mark.case("F1")
@pytest.mark.django_db(transaction=True)
def test_two_presses_at_one_instant_both_lead_to_the_result(
    client: Client, commander: Person, incident: Incident
) -> None:
    """Whichever of the two is taken: over a second, since the race must be run."""
    client.force_login(commander)
    cookies, room = client.cookies, incident.get_absolute_url()

    def press(barrier: Barrier, fields: dict[str, str], answers: list[tuple[int, str]]) -> None:
        mine = Client()
        mine.cookies = cookies
        barrier.wait()
        try:
            answer = mine.post(f"{room}evidence/new/", fields)
            answers.append((answer.status_code, answer.headers.get("Location", "")))
        finally:
            connection.close()

    for number in range(ROUNDS):
        fields = {"kind": "log", "title": f"Log {number}", "purpose": "general", "text": "line"}
        fields["once"] = str(uuid4())
        barrier, answers = Barrier(2), list[tuple[int, str]]()
        pair = [Thread(target=press, args=(barrier, fields, answers)) for _ in range(2)]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join()

        stored = incident.evidence.get(title=f"Log {number}")
        assert {code for code, _ in answers} == {302}
        assert all(href.startswith(room) for _, href in answers)
        assert incident.evidence.count() == number + 1, stored


def test_who_came_first_does_not_matter_but_who_was_taken(
    client: Client, room: str, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two presses is held up before its action, and the second is taken."""
    from incidents.actions import lifecycle

    change, second = lifecycle.change_severity, list[Any]()

    def held_up(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(lifecycle, "change_severity", change)
        other = Client()
        other.cookies = client.cookies
        second.append(_change(other, room, reason="Only one region"))
        return change(*args, **kwargs)

    monkeypatch.setattr(lifecycle, "change_severity", held_up)

    first = _change(client, room, reason="Only one region")

    assert [answer.status_code for answer in (first, *second)] == [302, 302]
    assert incident.timeline.filter(kind="severity.changed").count() == 1
