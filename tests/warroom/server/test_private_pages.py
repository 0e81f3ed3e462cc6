"""No cache keeps what one person was shown, and leaving is told to the browser."""

import pytest
from django.test import Client

from incidents.models import Incident, Person
from warroom.server.private_pages import LEFT


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/INC-{number}/",
        "/INC-{number}/timeline/",
        "/INC-{number}/evidence/",
        "/INC-{number}/next/",
        "/INC-999999/",
        "/status/internal/",
        "/settings/",
        "/metrics/",
        "/backlog/",
        "/accounts/password/change/",
        "/no-such-page/",
    ],
)
def test_what_somebody_is_shown_is_stored_by_no_cache(
    client: Client, commander: Person, incident: Incident, path: str
) -> None:
    client.force_login(commander)

    answer = client.get(path.format(number=incident.pk))

    assert "no-store" in answer["Cache-Control"]


def test_the_admin_site_too(client: Client, admin: Person) -> None:
    client.force_login(admin)

    assert "no-store" in client.get("/admin/incidents/person/")["Cache-Control"]


@pytest.mark.parametrize("door", ["/accounts/logout/", "/admin/logout/"])
def test_signing_out_tells_the_browser_to_forget(client: Client, admin: Person, door: str) -> None:
    client.force_login(admin)

    answer = client.post(door)

    assert answer.cookies[LEFT].value == "1"
    assert not answer.cookies[LEFT]["httponly"]
    assert "_auth_user_id" not in client.session
