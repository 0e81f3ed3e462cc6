"""The page of the past: which moment it shows, that nothing acts in it, and what it costs."""

import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.test import Client
from django.urls import resolve, reverse

from incidents.actions import checkpoints, lifecycle
from incidents.models import Incident, Person
from kernel import clock
from lanes.actions import add_note
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.incidents.views.test_room import fill
from tests.markup import markup

NOW = START + timedelta(minutes=37, seconds=20)
RECORDS = {"evidence", "evidence-file", "decision", "recommendation", "surface", "timeline"}


@pytest.fixture
def lived(staffed: Incident, commander: Person) -> Incident:
    """Severity lowered at T+10, a checkpoint at T+20, evidence at T+30."""
    actor = commander.as_actor()
    at = START + timedelta(minutes=10)
    lifecycle.change_severity(actor, staffed.pk, severity="2", reason="One region", now=at)
    due_at, at = START + timedelta(minutes=30), START + timedelta(minutes=20, seconds=15)
    checkpoints.schedule(actor, staffed.pk, due_at=due_at, purpose="First move", now=at)
    checkpoints.remind(staffed.checkpoints.get().pk, "checkpoint.due", now=due_at)
    capture_evidence(staffed, commander, START + timedelta(minutes=31))
    return staffed


@pytest.fixture
def inside(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def shown(client: Client, incident: Incident, t: str) -> str:
    with clock.at(NOW):
        return markup(client.get(reverse("as-of", args=[incident.pk]), {"t": t}))


def words(html: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_it_shows_what_the_room_knew_then(inside: Client, lived: Incident) -> None:
    early, late = shown(inside, lived, "5"), shown(inside, lived, "15")

    assert "SEV-1" in early
    assert "SEV-2" not in words(early)
    assert "Severity changed to SEV-2." in late
    assert "Not under control: no evidence snapshot yet" in late
    assert "First move" not in late
    assert "First move" in shown(inside, lived, "20:15")


def test_its_clocks_stand(inside: Client, lived: Incident) -> None:
    html = shown(inside, lived, "20:30")

    assert "data-elapsed" not in html
    assert "data-countdown" not in html
    assert "T+00:20:30" in html
    assert "09:30" in html
    assert "data-live" not in html


@pytest.mark.parametrize(
    ("t", "moment", "says"),
    [
        ("", "T+00:37", ""),
        ("20", "T+00:20", ""),
        ("20:30", "T+00:20", ""),
        ("T+00:20", "T+00:20", ""),
        ("T 00:20", "T+00:20", ""),
        ("2026-03-05T14:20:00Z", "T+00:20", ""),
        ("2026-03-05 15:20:00+01:00", "T+00:20", ""),
        ("38", "T+00:37", ""),
        ("999999", "T+00:37", "There is nothing later"),
        ("2026-03-05T13:59Z", "T+00:00", "was not declared before"),
        ("yesterday", "T+00:37", "Add the time of that day"),
        ("soon", "T+00:37", "“soon” is no time"),
        ("-5", "T+00:32", ""),
        ("-x", "T+00:37", "is no time"),
        ("²", "T+00:37", "is no time"),
        ("9" * 3000, "T+00:37", "is no time"),
        ("0001-01-01T00:00+23:59", "T+00:37", "is no time"),
        ("9999-12-31T23:59-23:59", "T+00:37", "is no time"),
        ("\0", "T+00:37", ""),
    ],
)
def test_the_moment_that_is_asked_for(
    inside: Client, lived: Incident, t: str, moment: str, says: str
) -> None:
    html = shown(inside, lived, t)

    assert f"<title>{lived.reference} as of {moment} (past)" in html
    assert says in html
    assert ("notice-late" in html.split('id="past-words"')[0]) == bool(says)


class Acting(HTMLParser):
    """What could be pressed within the panels of the past."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"form", "button", "input", "select", "textarea"} or "data-key" in given:
            self.found.append(f"<{tag}> {given}")
        if tag == "a":
            self.links.append(given.get("href") or "")


@pytest.mark.parametrize("t", ["0", "15", "30:30", "37"])
def test_nothing_acts_in_the_past(
    inside: Client, lived: Incident, commander: Person, t: str
) -> None:
    at = START + timedelta(seconds=30)
    actor = commander.as_actor()
    lifecycle.set_surfaces(actor, lived.pk, surfaces=(SurfaceFactory(),), now=at)
    lifecycle.set_channel(actor, lived.pk, channel="https://chat.example.test/inc", now=at)
    html = shown(inside, lived, t)
    bar, panels = html.split('<section class="past-bar"')[0], html.split('<main id="main"')[1]
    acting = Acting()
    acting.feed(bar[bar.index('id="panel-bar"') - 20 :] + panels.split("</main>")[0])

    assert acting.found == []
    for present in ("Add a risk", "All evidence", "Open a branch", "Name an owner", "Capture it"):
        assert present not in words(panels.split("</main>")[0])
    inner = [link for link in acting.links if link.startswith("/")]
    assert {resolve(link.split("?")[0]).url_name for link in inner} <= RECORDS
    assert "https://chat.example.test/inc" in acting.links or t == "0"


def test_its_timeline_ends_with_the_moment_and_is_windowed(
    inside: Client, lived: Incident, commander: Person
) -> None:
    fill(lived, 150)
    html = shown(inside, lived, "37")
    assert html.count('class="timeline-entry ') == 100
    assert "Older entries" in html

    assert shown(inside, lived, "5").count('class="timeline-entry ') < 20


def test_it_costs_as_many_queries_however_long_the_incident_is(
    inside: Client, lived: Incident, commander: Person
) -> None:
    shown(inside, lived, "37")
    with queries() as young:
        shown(inside, lived, "37")
    fill(lived, 500)
    for reason in ("Worse", "Better", "Worse again"):
        severity = "1" if "Worse" in reason else "3"
        now = NOW - timedelta(minutes=1)
        actor = commander.as_actor()
        lifecycle.change_severity(actor, lived.pk, severity=severity, reason=reason, now=now)
    with queries() as old:
        shown(inside, lived, "37")

    assert len(young) == len(old) <= 32


def test_a_restricted_incident_has_no_past_for_others(
    client: Client, commander: Person, stranger: Person
) -> None:
    hidden = declared(commander, restricted=True)
    client.force_login(stranger)

    assert client.get(reverse("as-of", args=[hidden.pk])).status_code == 404


def test_moments_that_stand_out_are_links(inside: Client, lived: Incident) -> None:
    html = shown(inside, lived, "20")

    assert 'href="?t=30:00"' in html
    assert "Checkpoint CP-1 is due now, T+00:30" in words(html)
    assert "before anything was decided" in html
    assert "just after: Checkpoint CP-1 is due now" in shown(inside, lived, "30")


def test_the_words_of_notes_stay_words(inside: Client, lived: Incident, commander: Person) -> None:
    text = "<a href='/declare/'>go</a> & <b>so on</b> &amp;"
    at = START + timedelta(minutes=32)
    add_note(commander.as_actor(), lived.pk, text=text, lane="investigation", now=at)

    html = shown(inside, lived, "37")

    assert "&lt;a href=&#x27;/declare/&#x27;&gt;go&lt;/a&gt; &amp; &lt;b&gt;so on" in html
