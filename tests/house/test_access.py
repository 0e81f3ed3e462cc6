"""Who may open what, by the table: each role at each kind of door."""

from typing import Any

import pytest
from django.test import Client

from incidents.models import Incident, Person
from tests.helpers.factories import declared

ROOM_PAGES = [
    "",
    "next/",
    "timeline/",
    "live/",
    "evidence/",
    "lanes/mitigation/",
    "lanes/mitigation/unknowns/",
    "hypotheses/",
    "risks/",
    "branches/",
    "backlog/",
    "gate/",
    "standing/risks/",
    "standing/closing/",
    "watch/",
    "package/",
    "retro/",
    "take-back/",
    "times/",
    "together/",
    "propose/",
]
COMMANDS = [
    "setup/",
    "severity/",
    "phase/",
    "roles/",
    "people/",
    "channel/",
    "revision/",
    "rollback/",
    "surfaces/",
    "freezes/",
    "checkpoints/",
    "scenario/",
    "restriction/",
    "rules/",
    "void/",
]


def status(client: Client, person: Person | None, path: str) -> int:
    if person is not None:
        client.force_login(person)
    return client.get(path).status_code


@pytest.mark.parametrize("page", ROOM_PAGES)
def test_a_responder_opens_the_pages_of_a_room(
    client: Client, stranger: Person, incident: Incident, page: str
) -> None:
    assert status(client, stranger, f"/{incident.reference}/{page}") == 200


@pytest.mark.parametrize("page", [*ROOM_PAGES, *COMMANDS])
def test_a_stakeholder_is_told_that_the_room_is_for_responders(
    client: Client, stakeholder: Person, incident: Incident, page: str
) -> None:
    client.force_login(stakeholder)

    answer = client.get(f"/{incident.reference}/{page}")

    assert answer.status_code == 403
    assert "The room is for responders" in answer.content.decode()


@pytest.mark.parametrize("page", [*ROOM_PAGES, *COMMANDS])
def test_who_is_signed_out_is_asked_to_sign_in(
    client: Client, incident: Incident, page: str
) -> None:
    answer = client.get(f"/{incident.reference}/{page}")

    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=/INC-")


@pytest.mark.parametrize("page", COMMANDS)
def test_only_the_commander_commands(
    client: Client, stranger: Person, incident: Incident, page: str
) -> None:
    client.force_login(stranger)

    answer = client.get(f"/{incident.reference}/{page}")

    assert answer.status_code == 403
    assert f"{incident.declared_by} is commander of {incident.reference}" in answer.content.decode()


@pytest.mark.parametrize("page", COMMANDS)
def test_the_commander_and_an_admin_may(
    client: Client, commander: Person, admin: Person, incident: Incident, page: str
) -> None:
    path = f"/{incident.reference}/{page}"

    assert [status(client, person, path) for person in (commander, admin)] == [200, 200]


@pytest.mark.parametrize("page", [*ROOM_PAGES, *COMMANDS])
def test_a_restricted_incident_answers_a_stranger_as_one_that_does_not_exist(
    client: Client, commander: Person, stranger: Person, page: str
) -> None:
    secret = declared(commander, restricted=True)
    client.force_login(stranger)

    hidden = client.get(f"/{secret.reference}/{page}")
    missing = client.get(f"/INC-{secret.pk + 1000}/{page}")

    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert plain(hidden) == plain(missing)


@pytest.mark.parametrize(
    "page", ["/", "/incidents/", "/incidents/?status=active", "/freezes/", "/backlog/"]
)
def test_a_restricted_incident_is_in_no_list_or_count_of_a_stranger(
    client: Client, commander: Person, stranger: Person, page: str
) -> None:
    declared(commander, restricted=True, title="A leak nobody may hear of")
    client.force_login(stranger)

    text = client.get(page).content.decode()

    assert "A leak nobody may hear of" not in text
    assert "1 incident" not in text
    assert "1 in all" not in text


def test_a_participant_enters_the_restricted_room(
    client: Client, commander: Person, deputy: Person
) -> None:
    secret = declared(commander, restricted=True, participants=(deputy,))

    assert status(client, deputy, secret.get_absolute_url()) == 200


def plain(answer: Any) -> str:
    """The page without what differs between any two answers."""
    lines = answer.content.decode().splitlines()
    return "\n".join(
        line for line in lines if "server-time" not in line and "csrf" not in line.lower()
    )
