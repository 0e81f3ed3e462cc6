"""What is kept of forms that were sent after their session had ended, and what is not."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from incidents.actions import checkpoints
from incidents.models import Incident, Person
from incidents.web import kept_forms
from kernel import clock
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START

KEPT = "What you had typed is kept for a day"
NOT_KEPT = "is not kept"
RESTORED = "What you had typed is back; nothing was sent."


@pytest.fixture
def room(incident: Incident, commander: Person) -> str:
    due = START + timedelta(minutes=20)
    checkpoints.schedule(commander.as_actor(), incident.pk, due_at=due, purpose="", now=START)
    return incident.get_absolute_url()


def _send(client: Client, path: str, author: Person, **said: Any) -> str:
    answer = client.post(path, {"author": author.pk, **said})
    assert answer.status_code == 401
    return answer.content.decode()


def test_forms_of_several_pages_are_all_back(client: Client, room: str, commander: Person) -> None:
    said = _send(client, f"{room}severity/", commander, reason="Wider than thought")
    _send(client, f"{room}phase/", commander, reason="Signal is clear")
    client.force_login(commander)

    assert KEPT in said
    assert "Wider than thought" in client.get(f"{room}severity/").content.decode()
    assert "Signal is clear" in client.get(f"{room}phase/").content.decode()
    assert "Signal is clear" not in client.get(f"{room}phase/").content.decode()


def test_a_note_is_back_in_its_form(client: Client, room: str, commander: Person) -> None:
    """The composer of the room sends to an address that shows the form only for this."""
    _send(client, f"{room}notes/", commander, text="Errors fall", lane="investigation", next=room)
    client.force_login(commander)

    page = client.get(f"{room}notes/").content.decode()

    assert RESTORED in page
    assert "Errors fall</textarea>" in page
    assert '<option value="investigation" selected>' in page


def test_a_withdrawal_is_back_in_its_form(
    client: Client, ledger: DecisionRun, commander: Person
) -> None:
    """The form stands, folded, on the page of the decision and is sent to another address."""
    ledger.decide()
    path = reverse("withdraw", args=[ledger.incident.pk, 1])
    _send(client, path, commander, reason="The flag was off already")
    client.force_login(commander)

    page = client.get(path, follow=True).content.decode()

    assert RESTORED in page
    assert "The flag was off already" in page
    withdrawal = page.split("<summary>Withdraw this decision")[0].rsplit("<details", 1)[1]
    assert "open" in withdrawal


def test_the_oldest_makes_room_for_a_sixth(client: Client, room: str, commander: Person) -> None:
    pages = ["severity", "phase", "freezes", "rollback", "revision", "channel"]
    for page in pages:
        _send(client, f"{room}{page}/", commander, reason=page)
    again = _send(client, f"{room}phase/", commander, reason="newer")

    kept = client.session["kept"]

    assert KEPT in again
    assert list(kept) == [f"{room}{page}/" for page in [*pages[2:], "phase"]]
    assert "reason=newer" in kept[f"{room}phase/"]


def test_a_draft_that_saves_itself_takes_no_place(
    client: Client, room: str, commander: Person
) -> None:
    _send(client, f"{room}CP-1/", commander, next_action="Turn the flag off")
    before = dict(client.session)

    said = _send(client, f"{room}CP-1/draft/", commander, next_action="Turn the fl")

    assert dict(client.session) == before
    assert KEPT not in said


def test_one_over_the_limit_is_said_to_be_lost(
    client: Client, room: str, commander: Person
) -> None:
    said = _send(client, f"{room}evidence/new/", commander, kind="log", text="x" * 200_001)

    assert NOT_KEPT in said
    assert KEPT not in said
    assert not Session.objects.exists()


def test_a_flood_of_forms_is_said_to_be_too_much(
    client: Client, room: str, commander: Person, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"keep": "2/h/ip"}

    told = [_send(Client(), f"{room}notes/", commander, text="Again") for _ in range(3)]

    assert [KEPT in page for page in told] == [True, True, False]
    assert NOT_KEPT in told[2]
    assert Session.objects.count() == 2


def test_a_button_without_a_field_leaves_nothing(client: Client, room: str) -> None:
    answer = client.post(f"{room}notes/")

    assert answer.status_code == 401
    assert KEPT not in answer.content.decode()
    assert not Session.objects.exists()


def test_it_goes_by_itself_after_a_day(client: Client, room: str, commander: Person) -> None:
    _send(client, f"{room}notes/", commander, text="Again")

    left = Session.objects.get().expire_date - clock.now()

    assert timedelta() < left <= kept_forms.MAX_AGE
