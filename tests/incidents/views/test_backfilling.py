"""The page that writes it up, the room of it, and its mark wherever it is listed."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from incidents.actions import voiding
from incidents.facts import incident as incident_facts
from incidents.models import Incident, Person, Surface
from incidents.permissions import incident_roles
from kernel import clock
from lanes.actions import add_note
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from tests.helpers.backfilled import ACCOUNT, backfilled_incident
from tests.helpers.counting import queries
from tests.helpers.factories import START, SurfaceFactory
from tests.markup import markup
from warroom.room.palette import palette

LATER = START + timedelta(minutes=5)
FORM = "/declare/backfill/"
SENT = {
    **ACCOUNT,
    "began_at": "2026-03-02 06:10",
    "declared_at": "2026-03-02 06:40",
    "mitigated_at": "2026-03-02 08:00",
    "recovered_at": "2026-03-02 11:05",
}
LIVED = ("Not under control", "No owner", "First hour", "Closing needs", "checkpoint", "is unmet")


@pytest.fixture
def exports(db: None) -> Surface:
    return SurfaceFactory(name="Exports")


@pytest.fixture
def elsewhere(commander: Person, exports: Surface) -> Incident:
    return backfilled_incident(commander, surfaces=(exports,))


@pytest.fixture
def inside(client: Client, commander: Person) -> Client:
    client.force_login(commander)
    return client


def read(client: Client, path: str) -> str:
    with clock.at(LATER):
        answer = client.get(path)
    assert answer.status_code == 200, path
    return markup(answer)


def test_the_page_of_declaring_leads_to_it(inside: Client) -> None:
    assert f'href="{FORM}"' in read(inside, "/declare/")


def test_sent_whole_it_is_on_record(inside: Client, commander: Person, exports: Surface) -> None:
    Person.objects.filter(pk=commander.pk).update(time_zone="Europe/Berlin")
    with clock.at(START):
        answer = inside.post(FORM, {**SENT, "surfaces": [exports.slug]})

    made = Incident.objects.get()
    assert answer["Location"] == made.get_absolute_url()
    assert made.declared_at == datetime(2026, 3, 2, 5, 40, tzinfo=UTC)
    assert made.backfill.recovered_at == datetime(2026, 3, 2, 10, 5, tzinfo=UTC)
    assert made.backfill.at == START


def test_sent_empty_every_reason_is_told(inside: Client) -> None:
    answer = inside.post(FORM, {"title": "", "kept": "none"})

    page = markup(answer)
    assert answer.status_code == 422
    for words in ("Say when it began", "Say what was done", "Say where the record", "severity"):
        assert words in page
    assert 'value="none"' in page
    assert not Incident.objects.exists()


@pytest.mark.parametrize("typed", ["soon", "2026-02-30 10:00", "25:00", "9999-99-99", "-"])
def test_a_time_that_cannot_be_read_says_how(inside: Client, typed: str) -> None:
    answer = inside.post(FORM, {**SENT, "began_at": typed})

    assert answer.status_code == 422
    assert "Write a day and a time like 2026-03-05 14:20." in markup(answer)


def test_its_room_tells_it_and_shows_nothing_that_is_lived(
    inside: Client, elsewhere: Incident
) -> None:
    page = read(inside, elsewhere.get_absolute_url())

    assert "Backfilled: handled elsewhere" in page
    assert ACCOUNT["happened"] in page.replace("&#x27;", "'")
    assert f'href="{ACCOUNT["kept"]}" rel="noreferrer"' in page
    shown = page[page.index("command-bar") : page.index("</main>")]
    assert [words for words in LIVED if words in shown] == []


def test_an_address_that_is_none_is_no_link(inside: Client, commander: Person) -> None:
    made = backfilled_incident(commander, kept="javascript:alert(1)")

    assert 'href="javascript' not in read(inside, made.get_absolute_url())


def test_void_it_is_still_shown_as_what_it_was(
    inside: Client, elsewhere: Incident, commander: Person
) -> None:
    said = {"reason": "Written up twice", "now": LATER}
    voiding.void(commander.as_actor(), elsewhere.pk, **said)

    page = read(inside, elsewhere.get_absolute_url())
    assert "Void" in page
    assert "Backfilled: handled elsewhere" in page
    back = read(inside, reverse("take-back", args=[elsewhere.pk]))
    assert "It stands as backfilled again." in back


@pytest.mark.parametrize("path", ["/incidents/", "/incidents/?status=backfill"])
def test_lists_mark_it(inside: Client, elsewhere: Incident, path: str) -> None:
    page = read(inside, path)

    assert "Backfilled, handled elsewhere." in page
    assert "02 Mar 2026" in page


def test_the_history_of_its_surface_marks_it(inside: Client, elsewhere: Incident) -> None:
    page = read(inside, "/surfaces/exports/")

    assert "Backfilled: handled elsewhere, declared" in page
    assert "Active since" not in page


def test_work_that_it_leaves_is_marked_on_the_backlog_and_at_home(
    inside: Client, elsewhere: Incident, commander: Person
) -> None:
    assert elsewhere.title not in read(inside, "/")
    work = WorkInput(title="Send once", owner=commander, due_on=LATER.date())
    backlog.add(commander.as_actor(), elsewhere.pk, work, now=LATER)

    assert f"{elsewhere.reference}, backfilled" in read(inside, "/")
    page = read(inside, "/backlog/")
    assert re.search(r">backfilled</span>", page)
    assert f"{elsewhere.title} (backfilled)</option>" in page


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("gate", "never goes through the gate"),
        ("watch", "never closed here"),
        ("retro", "never closed here"),
        ("package", "never closed here"),
    ],
)
def test_the_pages_of_how_incidents_end_say_that_it_has_none(
    inside: Client, elsewhere: Incident, page: str, words: str
) -> None:
    shown = read(inside, reverse(page, args=[elsewhere.pk]))
    assert words in shown
    assert "Unmet" not in shown


def test_quick_entry_offers_nothing_that_is_refused(elsewhere: Incident, commander: Person) -> None:
    who = incident_roles(commander.as_actor(), elsewhere)
    found = palette(commander, who, incident_facts.cached_facts(elsewhere))

    assert {row.label for row in found.acts} == {
        "Write a note",
        "Capture evidence",
        "Change severity",
        "Say when it began",
        "Say it was declared in error",
        "Add a residual risk",
        "Add a hardening item",
        "Name an owner",
        "Say what is impacted",
        "Set the evidence channel",
        "Say who takes part",
        "Take part",
        "Copy the command snapshot",
    }
    assert not {"Closure gate", "Closure package"} & {row.label for row in found.places}
    assert not any("lane" in row.label for row in found.places)


def test_the_snapshot_is_its_account(inside: Client, elsewhere: Incident) -> None:
    text = read(inside, reverse("snapshot", args=[elsewhere.pk]))

    assert text.startswith(f"### Backfilled incident {elsewhere.reference}: handled elsewhere")
    assert "- Status: backfilled" in text
    assert "- Began: 2026-03-02 06:00 UTC" in text
    assert "T+" not in text
    assert "T-" not in text


def test_the_room_of_a_time_begins_with_its_writing_up(
    inside: Client, elsewhere: Incident, commander: Person
) -> None:
    add_note(commander.as_actor(), elsewhere.pk, text="The vendor wrote since", now=LATER)
    path = reverse("as-of", args=[elsewhere.pk])

    first = read(inside, f"{path}?t=0")
    assert "The past: T+00:00" in first
    assert "Backfilled: it was handled elsewhere." in first
    assert "The vendor wrote since" not in first
    assert "The vendor wrote since" in read(inside, f"{path}?t=5")
    assert "The past: T+00:00" in read(inside, f"{path}?t=2026-03-02T06:00")


def test_a_list_of_many_asks_no_more(inside: Client, commander: Person) -> None:
    def count() -> int:
        with queries() as found:
            read(inside, "/incidents/")
        return len(found)

    backfilled_incident(commander)
    one = count()
    for _ in range(3):
        backfilled_incident(commander)
    assert count() == one


def test_who_does_not_respond_has_no_such_page(client: Client, stakeholder: Person) -> None:
    client.force_login(stakeholder)

    assert client.get(FORM).status_code == 403
