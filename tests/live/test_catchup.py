"""Polling: the same messages as by socket, in few queries, for who may see the room."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from incidents.models import Incident, Person, TimelineEntry
from incidents.panels import renderers as render
from live import catchup
from tests.helpers.factories import START
from tests.live.conftest import note

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_poll_answers_with_the_fragments_that_a_fresh_page_shows(
    incident: Incident, commander: Person
) -> None:
    before = incident.last_seq
    seqs = [note(commander, incident, text) for text in ("One.", "Two.")]
    incident.refresh_from_db()

    answer = catchup.poll(incident, before, START)

    rows = list(TimelineEntry.objects.filter(incident=incident).after(before))
    told, panels, duties = answer["messages"]
    assert [entry["html"] for entry in told["entries"]] == [
        fragment.html for fragment in render.entries(incident, rows)
    ]
    assert panels == {
        "type": "panels",
        "seq": seqs[-1],
        "panels": render.panels(incident, START),
        "moment": {"at": "2026-03-05T14:01:01+00:00", "duties": False},
    }
    assert duties == {"type": "duties"}


def test_a_poll_when_nothing_happened_says_nothing(incident: Incident) -> None:
    answer = catchup.poll(incident, incident.last_seq, START)

    assert answer == {"seq": incident.last_seq, "messages": []}


def test_a_poll_that_missed_too_much_loads_the_page_again(
    incident: Incident, commander: Person
) -> None:
    for number in range(catchup.MAX_ENTRIES + 1):
        note(commander, incident, f"Note {number}.")

    answer = catchup.poll(incident, 0, START)

    assert answer["messages"] == [{"type": "reload"}]


@pytest.mark.parametrize("count", [1, 3])
def test_missed_entries_take_one_query_whatever_their_number(
    incident: Incident, commander: Person, count: int
) -> None:
    before = incident.last_seq
    for number in range(count):
        note(commander, incident, f"Note {number}.")

    with CaptureQueriesContext(connection) as queries:
        found = catchup.missed(incident.pk, before)

    assert len(found.fragments) == count
    assert len(queries) == 1


def test_polling_a_hidden_incident_is_like_polling_none(
    client: Client, restricted: Incident, stranger: Person
) -> None:
    client.force_login(stranger, "django.contrib.auth.backends.ModelBackend")

    hidden = client.get(f"/INC-{restricted.pk}/live/")
    missing = client.get(f"/INC-{restricted.pk + 1000}/live/")

    assert (hidden.status_code, missing.status_code) == (404, 404)


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        pytest.param("62", 62, id="a number"),
        pytest.param("", catchup.MAX_SEQ, id="nothing"),
        pytest.param("-1", catchup.MAX_SEQ, id="negative"),
        pytest.param("³", catchup.MAX_SEQ, id="another script"),
        pytest.param("9" * 30, catchup.MAX_SEQ, id="too large"),
    ],
)
def test_what_a_browser_says_it_has(said: str, understood: int) -> None:
    assert catchup.after_of(said) == understood
