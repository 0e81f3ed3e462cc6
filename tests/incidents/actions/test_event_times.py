"""Saying when it began: on the timeline, as of a time, on its page."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions.event_times import set_event_times
from incidents.facts.event_times import read_event_times
from incidents.models import Incident, Person
from incidents.panels.room import with_fields
from kernel.refusal import Refused
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START

pytestmark = pytest.mark.django_db

NOW = START + timedelta(minutes=20)


def test_the_last_word_counts_and_the_earlier_one_stays(
    incident: Incident, commander: Person
) -> None:
    shown = capture_evidence(incident, commander, START + timedelta(minutes=5)).number
    actor, began_at = commander.as_actor(), START - timedelta(minutes=30)
    first = set_event_times(actor, incident.pk, began_at=began_at, began_evidence=shown, now=NOW)
    later = NOW + timedelta(minutes=5)
    second = set_event_times(
        actor,
        incident.pk,
        began_at=began_at,
        began_evidence=shown,
        detected_at=START,
        detected_evidence=shown,
        now=later,
    )

    assert read_event_times(incident) == second
    assert read_event_times(incident, NOW) == first
    entry = with_fields(incident.timeline.order_by("-seq")[0], incident)
    assert "Detection gap: 30 minutes." in entry.body
    assert f"(E-{shown})" in entry.body


def test_evidence_of_another_incident_shows_nothing(incident: Incident, commander: Person) -> None:
    with pytest.raises(Refused, match="ET-SHOWN"):
        set_event_times(
            commander.as_actor(), incident.pk, began_at=START, began_evidence=7, now=NOW
        )


def test_the_page_takes_them(client: Client, incident: Incident, commander: Person) -> None:
    shown = capture_evidence(incident, commander, START).number
    client.force_login(commander)
    page = f"/{incident.reference}/times/"

    answer = client.post(page, {"began_at": "2026-03-05 13:00", "began_evidence": shown})

    assert answer.status_code == 302
    began = read_event_times(incident).began
    assert began is not None
    assert began.evidence == f"E-{shown}"
    assert f"2026-03-05 {began.at:%H:%M}" in client.get(page).content.decode()
