"""Stakeholders read what is theirs; the first reader of all is answered too."""

import pytest
from django.test import Client

from comms.vocabulary import Audience, SurfaceState
from incidents.models import Incident, Person
from kernel import clock
from tests.comms.status.published import say
from tests.helpers.factories import SurfaceFactory

pytestmark = pytest.mark.django_db
BACKEND = "django.contrib.auth.backends.ModelBackend"


@pytest.fixture
def published_incident(incident: Incident) -> Incident:
    states = {SurfaceFactory(name="Sign-in"): SurfaceState.PARTIAL}
    say(incident, clock.now(), states, audience=Audience.INTERNAL, headline="Only inside")
    return incident


def test_a_stakeholder_reads_what_is_internal(
    client: Client, published_incident: Incident, stakeholder: Person
) -> None:
    client.force_login(stakeholder, BACKEND)

    front = client.get("/status/internal/")
    page = client.get(f"/status/internal/incidents/{published_incident.updates.get().code}/")

    assert "Only inside" in front.text
    assert "Sign-in is partly disrupted" in front.text
    assert page.status_code == 200
    assert front["Cache-Control"] == "no-store"


def test_nobody_else_does(client: Client, published_incident: Incident) -> None:
    assert client.get("/status/internal/").status_code == 302
    assert "Only inside" not in client.get("/status/").text


@pytest.mark.parametrize("path", ["nothing/", "incidents/000000000000/", "api/v2/none.json"])
def test_what_is_not_there_is_not_found(
    client: Client, published_incident: Incident, path: str
) -> None:
    assert client.get(f"/status/{path}").status_code == 404


@pytest.mark.parametrize("path", ["/status/", "/status/history/", "/status/internal/"])
def test_a_page_can_only_be_read(stakeholder: Person, path: str) -> None:
    """A form from elsewhere is told so too, and not that a token is missing."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(stakeholder, BACKEND)

    answer = client.post(path)

    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD")


def test_an_incident_that_cannot_be_presented_stops_no_other_page_inside(
    client: Client, published_incident: Incident, stakeholder: Person, monkeypatch
) -> None:
    def broken(*_: object) -> None:
        raise ValueError("no such character")

    monkeypatch.setattr("comms.status.facts.present_incident", broken)
    client.force_login(stakeholder, BACKEND)

    front = client.get("/status/internal/")

    assert front.status_code == 200
    assert "Not all that we wrote can be shown" in front.text
    assert "No trouble that we know of" not in front.text
