"""What a stakeholder finds inside, and behind the links in mails."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from comms.actions import publish_leadership_note
from comms.delivery.wording import notification_of
from comms.models import LeadershipNote
from incidents.actions.restriction import restrict
from incidents.models import Incident, Person
from tests.comms.status.published import say
from tests.helpers.factories import START
from tests.helpers.messages import note

pytestmark = pytest.mark.django_db(transaction=True)
NOW = START + timedelta(minutes=8)


@pytest.fixture
def reader(client: Client, stakeholder: Person) -> Client:
    client.force_login(stakeholder)
    return client


def test_the_status_page_inside_has_its_script_and_its_times(
    reader: Client, incident: Incident
) -> None:
    say(incident, START)

    page = reader.get("/status/internal/").text

    assert "js/status" in page
    assert 'id="status-said"' in page
    assert "data-path" not in page  # it asks by itself: the socket tells of public pages


def _note(commander: Person, incident: Incident) -> LeadershipNote:
    return publish_leadership_note(commander.as_actor(), incident.pk, note(commander), now=NOW)


def test_the_link_of_a_leadership_note_opens_for_leaders(
    reader: Client, commander: Person, incident: Incident
) -> None:
    link = notification_of(_note(commander, incident)).link

    answer = reader.get(link.partition("localhost:8000")[2])

    assert answer.status_code == 200
    assert "A release signed tokens with a key" in answer.text
    assert incident.get_absolute_url() + '"' not in answer.text


@pytest.mark.parametrize("name", ["leadership-note", "leadership-text"])
def test_that_of_a_restricted_incident_does_not(
    reader: Client, commander: Person, incident: Incident, name: str
) -> None:
    row = _note(commander, incident)
    restrict(commander.as_actor(), incident.pk, restricted=True, reason="A customer", now=NOW)

    answer: Any = reader.get(reverse(name, args=[incident.pk, row.number]))

    assert answer.status_code == 404


def test_rooms_stay_shut(reader: Client, incident: Incident) -> None:
    assert reader.get(incident.get_absolute_url()).status_code == 403
