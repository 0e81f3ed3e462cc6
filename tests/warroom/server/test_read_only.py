"""A database that can be read and not written, as a standby that has not taken over yet."""

import html

import pytest
from django.db import connection
from django.test import Client

from incidents.models import Incident, Person
from kernel import clock
from warroom.operations import overview

TYPED = 'Tokens are refused <b>& "everywhere"</b>'


@pytest.fixture
def standby(client: Client, incident: Incident, commander: Person) -> Client:
    """A browser of the commander's; from here on nothing can be written."""
    client.force_login(commander)
    client.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # checking later would lock rows
        cursor.execute("SET LOCAL transaction_read_only = on")
    return client


@pytest.mark.case("F4")
def test_what_was_typed_comes_back_with_what_is_the_matter(
    standby: Client, incident: Incident
) -> None:
    answer = standby.post(f"{incident.get_absolute_url()}notes/", {"text": TYPED})

    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "nothing can be written" in page
    assert TYPED in html.unescape(page)


@pytest.mark.case("F4")
def test_a_form_with_a_key_comes_back_too(standby: Client, incident: Incident) -> None:
    fields = {"text": TYPED, "once": "8b1f0f7e-6f0e-4f6a-9d55-0d2b5a1c7f10"}
    answer = standby.post(f"{incident.get_absolute_url()}notes/", fields)

    assert answer.status_code == 503
    assert fields["once"] in answer.content.decode()


@pytest.mark.case("F4")
def test_who_signs_in_is_told_so_and_not_that_they_try_too_often(standby: Client) -> None:
    standby.cookies.clear()

    answer = standby.post("/accounts/login/", {"login": "commander", "password": "wrong"})

    assert answer.status_code == 503
    assert "nothing can be written" in answer.content.decode()


def test_pages_are_still_read(standby: Client, incident: Incident) -> None:
    for path in ("/", incident.get_absolute_url(), "/status/", "/incidents/"):
        assert standby.get(path).status_code == 200


@pytest.mark.case("F4")
def test_readiness_and_operations_say_so(standby: Client) -> None:
    ready = standby.get("/readyz")

    assert ready.status_code == 503
    assert ready.json() == {"status": "down", "database": True, "read_only": True, "redis": True}
    assert overview.overview(clock.now())["parts"][0].word == "Read-only"
