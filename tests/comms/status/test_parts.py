"""What cannot be rendered stays as it was, alone: the rest of the status site goes on."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from django.test import Client
from icalendar import Calendar

from comms.models import StatusSite
from comms.status import formats, pages, presenters, rendering, responses, snapshot
from comms.status.formats import Rendered, atom, calendar, statuspage
from comms.status.snapshot import Snapshot
from comms.vocabulary import SurfaceState
from incidents.models import Incident, Person, Surface
from kernel import clock
from tests.comms.status.published import say
from tests.helpers.factories import START, declared
from warroom.schedule import heartbeat

pytestmark = pytest.mark.django_db(transaction=True)

FRONT, FEED, JSON = "/status/", atom.PATH, f"{statuspage.BELOW}incidents.json"
CONTROLS = "\x0b\x0c\x07\x1b[31m\uffff\ufffe"


@pytest.fixture
def other(commander: Person) -> Incident:
    return declared(commander)


@pytest.fixture
def before(sign_in: Surface, incident: Incident, other: Incident) -> Snapshot:
    say(incident, START, {sign_in: SurfaceState.PARTIAL})
    say(other, START, headline="Slow answers")
    rendered = rendering.render(START)
    assert rendered is not None
    return rendered


def fail(*_: object, **__: object) -> None:
    raise ValueError("no such character")


def again(at: int = 1) -> Snapshot:
    rendered = rendering.render(START + timedelta(minutes=at))
    assert rendered is not None
    return rendered


@pytest.mark.case("T1")
def test_what_was_published_with_control_characters_is_in_every_format(
    sign_in: Surface, incident: Incident, commander: Person
) -> None:
    """As older versions stored it: such a row is never changed."""
    Surface.objects.filter(pk=sign_in.pk).update(description=f"a{CONTROLS}b")
    text = f"Sign-ins{CONTROLS} fail"
    say(
        incident,
        START,
        {sign_in: SurfaceState.PARTIAL},
        headline=text,
        impact=text,
        unknowns=[text],
    )
    planned(commander, title=text, text=text)

    rendered = again()

    assert rendered.failures == {}
    plain = {path: body.plain for path, body in rendered.bodies.items()}
    everything = b"".join(plain.values()).decode()
    assert set(everything) & set("\x0b\x0c\x07\x1b\uffff\ufffe") == set()
    [entry] = feedparser.parse(plain[FEED]).entries
    assert entry.title == "Sign-ins fail: Investigating"
    assert json.loads(plain[JSON])["incidents"][0]["name"] == "Sign-ins fail"
    [event] = Calendar.from_ical(plain[calendar.PATH]).walk("VEVENT")
    assert (event["summary"], event["description"]) == ("Sign-ins fail", "Sign-ins fail")


@pytest.mark.parametrize(
    ("module", "name", "path"),
    [(atom, "_feed", FEED), (calendar, "_calendar", calendar.PATH), (pages, "_front", FRONT)],
)
def test_a_format_that_fails_stays_as_it_was(
    before: Snapshot, sign_in: Surface, incident: Incident, monkeypatch, module, name, path
) -> None:
    monkeypatch.setattr(module, name, fail)
    say(incident, START, {sign_in: SurfaceState.MAJOR})

    after = again()

    assert after.bodies[path] == before.bodies[path]
    assert set(after.failures) == {path}
    assert after.bodies[JSON] != before.bodies[JSON]
    assert b"critical" in after.bodies[JSON].plain
    assert set(after.bodies) == set(before.bodies)


def test_a_format_that_cannot_say_what_it_has_stays_as_it_was(
    before: Snapshot, sign_in: Surface, incident: Incident, monkeypatch
) -> None:
    def broken(site: object, parts: object) -> Iterator[Rendered]:
        fail()
        yield from ()

    [name] = [name for name, format in formats.FORMATS.items() if format is atom.atom]
    monkeypatch.setitem(formats.FORMATS._entries, name, broken)
    say(incident, START, {sign_in: SurfaceState.MAJOR})

    after = again()

    assert set(after.failures) == {name}
    assert set(after.bodies) == set(before.bodies)
    assert after.bodies[FEED] == before.bodies[FEED]
    assert after.bodies[FRONT] != before.bodies[FRONT]


def test_an_incident_that_fails_stays_as_it_was_and_the_others_go_on(
    before: Snapshot, sign_in: Surface, incident: Incident, other: Incident, monkeypatch
) -> None:
    broken, sound = incident.bulletin.code, other.bulletin.code
    present = presenters.present_incident
    monkeypatch.setattr(
        "comms.status.facts.present_incident",
        lambda code, *rest: fail() if code == broken else present(code, *rest),
    )
    say(other, START + timedelta(seconds=30), headline="Slow answers", impact="They are slower.")

    after = again()

    page = f"/status/incidents/{broken}/"
    assert after.bodies[page] == before.bodies[page]
    assert set(after.failures) == {page}
    front = after.bodies[FRONT].plain.decode()
    assert f'id="incident-{broken}"' in front
    assert "They are slower." in front
    rows = {row["id"]: row for row in json.loads(after.bodies[JSON].plain)["incidents"]}
    assert set(rows) == {broken, sound}
    assert len(rows[sound]["incident_updates"]) == 2
    assert len(feedparser.parse(after.bodies[FEED].plain).entries) == 3
    assert snapshot.unpack(snapshot.pack(after)) == after


def test_what_readers_may_no_longer_see_is_not_kept(
    before: Snapshot, incident: Incident, other: Incident, monkeypatch
) -> None:
    code = incident.bulletin.code
    monkeypatch.setattr(atom, "_feed", fail)
    Incident.objects.filter(pk=incident.pk).update(restricted=True)

    after = again()

    assert FEED not in after.bodies
    assert [path for path, body in after.bodies.items() if code.encode() in body.plain] == []
    assert [name for name, part in after.parts.items() if code in f"{name}{part}"] == []


def test_it_is_tried_again_and_healed(before: Snapshot, monkeypatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(atom, "_feed", fail)
        rendering.keep_current(START + timedelta(minutes=1))
    state = StatusSite.objects.get()
    assert set(state.failures) == {FEED}
    assert not rendering.is_due(state, START + timedelta(seconds=69))

    rendering.keep_current(START + timedelta(seconds=70))

    assert StatusSite.objects.get().failures == {}


def test_files_that_cannot_be_exported_are_noted_until_they_are(
    before: Snapshot, tmp_path: Path, settings
) -> None:
    folder = tmp_path / "site"
    folder.write_text("in the way")
    settings.STATUS_EXPORT = str(folder)
    for second in (60, 70):
        rendering.keep_current(START + timedelta(seconds=second))
    failures = StatusSite.objects.get().failures
    folder.unlink()

    rendering.keep_current(START + timedelta(seconds=80))

    assert set(failures) == {rendering.EXPORT}
    assert failures[rendering.EXPORT]["since"] == (START + timedelta(minutes=1)).isoformat()
    assert StatusSite.objects.get().failures == {}
    assert (folder / "index.html").exists()


def test_a_page_that_stays_for_long_says_since_when(before: Snapshot, monkeypatch) -> None:
    monkeypatch.setattr(pages, "_front", fail)
    again(1)
    rendering.render(START + timedelta(minutes=2))

    soon, late = (responses.of(again(minute))[FRONT].plain.get.body["body"] for minute in (3, 4))

    assert b"cannot be renewed" not in soon
    assert b"cannot be renewed" in late
    assert b'datetime="2026-03-05T14:01:00Z"' in late


def test_a_site_that_cannot_be_read_at_all_is_noted_and_tried_later(
    before: Snapshot, monkeypatch
) -> None:
    tries = []

    def broken(*_: object) -> None:
        tries.append(1)
        fail()

    monkeypatch.setattr(snapshot, "site", broken)
    for second in (60, 61, 69, 70):
        rendering.keep_current(START + timedelta(seconds=second))

    assert len(tries) == 2
    assert set(StatusSite.objects.get().failures) == {rendering.WHOLE}
    assert (
        StatusSite.objects.get().failures[rendering.WHOLE]["since"].startswith("2026-03-05T14:01")
    )


def test_it_is_shown_to_those_who_run_it(
    before: Snapshot, client: Client, admin: Person, settings, monkeypatch
) -> None:
    monkeypatch.setattr(atom, "_feed", fail)
    settings.METRICS_TOKEN = "scrape"
    rendering.render(clock.now())
    heartbeat.note(clock.now())
    client.force_login(admin)

    page = client.get("/operations/").content.decode()
    ready = client.get("/readyz").json()
    metrics = client.get("/metrics", headers={"Authorization": "Bearer scrape"}).content.decode()

    assert f"these show what they showed last: {FEED}" in page
    assert (ready["status"], ready["status_page"]) == ("degraded", [FEED])
    assert "warroom_status_parts_failed 1.0" in metrics


@pytest.mark.case("P8")
def test_a_name_with_quotes_and_umlauts_is_well_formed(
    sign_in: Surface, commander: Person, incident: Incident, settings
) -> None:
    settings.ORGANISATION = 'Größe & "Söhne" <GmbH>'
    say(incident, START, {sign_in: SurfaceState.PARTIAL})
    planned(commander)

    bodies = again().bodies

    feed = feedparser.parse(bodies[FEED].plain)
    assert (feed.bozo, feed.feed.author) == (False, settings.ORGANISATION)
    assert json.loads(bodies[JSON].plain)["page"]["name"] == settings.ORGANISATION
    shown = Calendar.from_ical(bodies[calendar.PATH].plain)
    assert shown["x-wr-calname"] == f"{settings.ORGANISATION} maintenance"


@pytest.mark.case("T10")
@pytest.mark.parametrize("title", ["🙂" * 37, "a" * 66 + "ü"])
def test_a_folded_title_unfolds_to_itself(sign_in: Surface, commander: Person, title: str) -> None:
    planned(commander, title=title)

    content = again().bodies[calendar.PATH].plain

    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    assert [line.decode() for line in content.split(b"\r\n")]
    [event] = Calendar.from_ical(content).walk("VEVENT")
    assert event["summary"] == title


def test_a_window_that_ended_at_once_ends_after_it_began(
    sign_in: Surface, commander: Person
) -> None:
    planned(commander, began_at=START, ended_at=START)

    [event] = Calendar.from_ical(again().bodies[calendar.PATH].plain).walk("VEVENT")

    assert event.decoded("dtend") > event.decoded("dtstart")


def planned(commander: Person, **fields: object) -> None:
    from comms.models import Maintenance

    Maintenance.objects.create(
        **{
            "title": "Database upgrade",
            "text": "Invoices can be read.",
            "starts_at": START,
            "ends_at": START + timedelta(hours=1),
            "planned_at": START,
            "planned_by": commander,
            "changed_at": START,
        }
        | fields
    )
