"""The formats for machines, read by clients that others wrote, and key by key."""

import json
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import atoma
import feedparser
import pytest
from icalendar import Calendar

from comms.models import Maintenance, MaintenanceUpdate
from comms.status import formats
from comms.status.facts import site
from comms.vocabulary import Audience, MaintenanceState, Progress, SurfaceState
from incidents.models import Incident, Person, Surface
from tests.comms.delivery.receiving import receiving
from tests.comms.status.published import over, say
from tests.helpers.factories import START, declared

pytestmark = pytest.mark.django_db

NOW = START + timedelta(hours=1)
API = "/status/api/v2/"


@pytest.fixture
def published_incident(
    sign_in: Surface, api: Surface, incident: Incident, commander: Person
) -> Incident:
    """One incident that goes on and was corrected, one that is over, one window ahead."""
    ended = declared(commander)
    say(ended, START - timedelta(days=3), {api: SurfaceState.DEGRADED}, headline="Slow answers")
    over(ended, START - timedelta(days=3) + timedelta(hours=1), api, headline="Slow answers")
    first = say(incident, START, {sign_in: SurfaceState.PARTIAL}, impact="Some **fail** & <wait>.")
    say(
        incident,
        START + timedelta(minutes=10),
        {sign_in: SurfaceState.MAJOR},
        progress=Progress.MITIGATING,
        corrects=first,
        correction="Nobody can sign in",
    )
    window = Maintenance.objects.create(
        title="Database upgrade, with a title that is long enough to be folded in a calendar",
        text="Invoices can be read but not paid.",
        starts_at=NOW + timedelta(hours=1),
        ends_at=NOW + timedelta(hours=2),
        planned_at=START,
        planned_by=commander,
        changed_at=START,
        sequence=3,
    )
    window.surfaces.add(sign_in)
    MaintenanceUpdate.objects.create(
        maintenance=window,
        number=1,
        state=MaintenanceState.PLANNED,
        text=window.text,
        published_at=START + timedelta(minutes=5),
        published_by=commander,
    )
    return incident


def served(path: str) -> bytes:
    found = {one.path: one.content for one in formats.render(site(Audience.PUBLIC, NOW))}
    return found[path]


def fetch_json(name: str) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(served(f"{API}{name}"))
    return said


PAGE = {"id", "name", "url", "time_zone", "updated_at"}
COMPONENT = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "position",
    "description",
    "showcase",
    "start_date",
    "group_id",
    "page_id",
    "group",
    "only_show_if_degraded",
]
INCIDENT = [
    "id",
    "name",
    "status",
    "created_at",
    "updated_at",
    "monitoring_at",
    "resolved_at",
    "impact",
    "shortlink",
    "started_at",
    "page_id",
    "incident_updates",
    "components",
]
UPDATE = [
    "id",
    "status",
    "body",
    "incident_id",
    "created_at",
    "updated_at",
    "display_at",
    "affected_components",
    "deliver_notifications",
    "custom_tweet",
    "tweet_id",
]


def test_each_key_is_there_in_its_order(published_incident: Incident) -> None:
    said = fetch_json("summary.json")

    assert list(said) == ["page", "components", "incidents", "scheduled_maintenances", "status"]
    assert set(said["page"]) == PAGE
    (incident,) = said["incidents"]
    assert list(incident) == INCIDENT
    assert list(incident["incident_updates"][0]) == UPDATE
    assert [list(one) for one in said["components"]] == [COMPONENT, COMPONENT]
    (window,) = said["scheduled_maintenances"]
    assert list(window) == [*INCIDENT, "scheduled_for", "scheduled_until"]


def test_what_is_said_is_what_was_published(published_incident: Incident) -> None:
    said = fetch_json("summary.json")
    (incident,), (window,) = said["incidents"], said["scheduled_maintenances"]

    assert said["status"] == {"indicator": "critical", "description": "Major Service Outage"}
    assert [one["status"] for one in said["components"]] == ["major_outage", "operational"]
    assert (incident["status"], incident["impact"]) == ("identified", "critical")
    assert [u["status"] for u in incident["incident_updates"]] == ["identified", "investigating"]
    assert incident["incident_updates"][0]["body"].startswith("Correction: Nobody can sign in")
    assert incident["incident_updates"][0]["affected_components"] == [
        {
            "code": said["components"][0]["id"],
            "name": "Sign-in",
            "old_status": "partial_outage",
            "new_status": "major_outage",
        }
    ]
    assert incident["started_at"] == "2026-03-05T14:00:00.000Z"
    assert (window["status"], window["impact"]) == ("scheduled", "maintenance")
    assert all(len(one["id"]) == 12 for one in (incident, window, *said["components"]))


@pytest.mark.parametrize(
    ("name", "key", "count"),
    [
        ("components.json", "components", 2),
        ("incidents.json", "incidents", 2),
        ("incidents/unresolved.json", "incidents", 1),
        ("scheduled-maintenances.json", "scheduled_maintenances", 1),
        ("scheduled-maintenances/upcoming.json", "scheduled_maintenances", 1),
        ("scheduled-maintenances/active.json", "scheduled_maintenances", 0),
    ],
)
def test_each_sibling_has_its_part(
    published_incident: Incident, name: str, key: str, count: int
) -> None:
    said = fetch_json(name)

    assert list(said) == ["page", key]
    assert len(said[key]) == count


def test_an_incident_that_is_over_says_since_when(published_incident: Incident) -> None:
    last = fetch_json("incidents.json")["incidents"][-1]

    assert (last["status"], last["impact"]) == ("resolved", "minor")
    assert last["resolved_at"] == "2026-03-02T15:00:00.000Z"


@pytest.mark.case("Z6")
def test_the_zone_of_the_process_makes_no_difference(
    published_incident: Incident, monkeypatch
) -> None:
    def every() -> dict[str, bytes]:
        return {one.path: one.content for one in formats.render(site(Audience.PUBLIC, NOW))}

    before = every()
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    try:
        elsewhere = every()
    finally:
        monkeypatch.undo()
        time.tzset()

    assert elsewhere == before


@pytest.mark.parametrize("read", ["feedparser", "atoma"])
def test_feed_readers_take_the_feed(published_incident: Incident, read: str) -> None:
    content = served("/status/history.atom")

    if read == "feedparser":
        feed = feedparser.parse(content)
        assert not feed.bozo
        entries = [(e.title, e.id, e.published, e.updated, e.link) for e in feed.entries]
    else:
        atom = atoma.parse_atom_bytes(content)
        entries = [
            (e.title.value, e.id_, e.published, e.updated, e.links[0].href) for e in atom.entries
        ]

    assert [title for title, *_ in entries] == [
        "Some sign-ins fail: Mitigating",
        "Database upgrade, with a title that is long enough to be folded in a calendar: Planned",
        "Some sign-ins fail: Investigating",
        "Slow answers: Recovered",
        "Slow answers: Investigating",
    ]
    assert len({entry[1] for entry in entries}) == len(entries)
    assert all(entry[1].startswith("tag:localhost,2026:status/") for entry in entries)
    assert b"&amp;lt;wait&amp;gt;" in content  # text within HTML within XML
    assert b"&lt;wait" not in content.replace(b"&amp;lt;wait", b"")


def test_an_empty_feed_is_the_same_at_every_look(sign_in: Surface) -> None:
    content = served("/status/history.atom")

    assert served("/status/history.atom") == content
    assert feedparser.parse(content).feed.updated


def test_an_entry_keeps_its_name(published_incident: Incident) -> None:
    before = {entry.id for entry in feedparser.parse(served("/status/history.atom")).entries}
    say(published_incident, START + timedelta(minutes=30))
    after = {entry.id for entry in feedparser.parse(served("/status/history.atom")).entries}

    assert before < after


@pytest.mark.case("P12")
def test_an_entry_keeps_its_title_when_the_incident_is_called_otherwise(
    published_incident: Incident,
) -> None:
    def titles() -> dict[str, str]:
        entries = feedparser.parse(served("/status/history.atom")).entries
        return {entry.id: entry.title for entry in entries}

    before = titles()
    first = published_incident.updates.get(number=1)
    renamed = {"headline": "Nobody can sign in", "corrects": first, "correction": "It is all"}
    say(published_incident, START + timedelta(minutes=30), **renamed)
    after = titles()

    assert {code: after[code] for code in before} == before
    assert "Nobody can sign in: Investigating" in after.values()


def test_each_format_says_when_the_next_update_comes(published_incident: Incident) -> None:
    promised = "We write again by 05 Mar 2026, 14:40 UTC."

    feed = feedparser.parse(served("/status/history.atom"))
    [incident] = fetch_json("summary.json")["incidents"]

    assert promised in feed.entries[0].summary
    assert incident["incident_updates"][0]["body"].endswith(promised)
    assert promised not in feed.entries[1].summary


def test_a_feed_is_no_older_than_its_newest_entry(published_incident: Incident) -> None:
    say(published_incident, NOW + timedelta(seconds=1))

    feed = feedparser.parse(served("/status/history.atom"))

    assert feed.feed.updated == max(entry.updated for entry in feed.entries)


@pytest.mark.case("P1")
def test_an_incident_without_surface_is_in_the_summary(
    sign_in: Surface, incident: Incident
) -> None:
    say(incident, START)

    summary = fetch_json("summary.json")

    assert summary["status"] == {"indicator": "minor", "description": "Partially Degraded Service"}
    [row] = summary["incidents"]
    assert (row["components"], row["impact"]) == ([], "minor")


def test_calendars_take_the_windows(published_incident: Incident) -> None:
    content = served("/status/maintenance.ics")
    (event,) = Calendar.from_ical(content).walk("VEVENT")

    assert event.decoded("dtstart") == NOW + timedelta(hours=1)
    assert event.decoded("dtend") == NOW + timedelta(hours=2)
    assert (int(event["sequence"]), str(event["status"])) == (3, "CONFIRMED")
    assert "Sign-in" in event["summary"]
    assert content.count(b"\n") == content.count(b"\r\n")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_a_cancelled_window_stays_in_calendars_alone(published_incident: Incident) -> None:
    Maintenance.objects.update(cancelled_at=NOW)

    (event,) = Calendar.from_ical(served("/status/maintenance.ics")).walk("VEVENT")

    assert str(event["status"]) == "CANCELLED"
    assert fetch_json("scheduled-maintenances.json")["scheduled_maintenances"] == []


def test_a_client_of_the_statuspage_api_reads_the_summary(
    published_incident: Incident, tmp_path: Path
) -> None:
    """As it stands: the exporter of others, run against our bytes."""
    script = (
        "import json\n"
        "from statuspage_prometheus_exporter import service_checker as found\n"
        "said = found.check_status_page_service('us', found.SERVICES['us'])\n"
        "print(json.dumps(said, default=str))\n"
    )
    with receiving() as server:
        server.body = served(f"{API}summary.json")
        where = {"name": "Us", "type": "status_page", "url": f"http://{server.place}/summary.json"}
        services = tmp_path / "services.json"
        services.write_text(json.dumps({"us": where}))
        run = subprocess.run(
            [sys.executable, "-c", script],
            cwd=tmp_path,
            env={**os.environ, "SERVICES_JSON_PATH": str(services)},
            check=True,
            capture_output=True,
            text=True,
        )
    said = json.loads(run.stdout.splitlines()[-1])

    assert (said["success"], said["status"], said["raw_status"]) == (True, 0, "critical")
    [incident] = said["incident_metadata"]
    assert incident["affected_components"] == ["Sign-in"]
    states = {one["name"]: one["status"] for one in said["component_metadata"]}
    assert states == {"Sign-in": "major_outage", "Public API": "operational"}
