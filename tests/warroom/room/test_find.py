"""Finding: what one remembers leads to the thing; what one may not know of is never hinted at."""

from datetime import timedelta

import pytest
from django.test import Client

from incidents.actions import roles
from incidents.models import Incident, Person
from incidents.vocabulary import Group, LaneKind, Option
from lanes.actions import add_note
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.decision_run import DecisionRun
from tests.helpers.factories import START, PersonFactory, declared
from warroom.room import find
from warroom.room.find import excerpt, found

LATER = START + timedelta(minutes=1)
MAX_QUERIES = 7


def hrefs(reader: Person, text: str, here: int | None = None) -> dict[str, list[str]]:
    return {group.name: [row.href for row in group.rows] for group in found(reader, text, here)}


@pytest.fixture
def decided(incident: Incident, commander: Person, lane_owners: dict[LaneKind, Person]) -> Incident:
    """With a decision, evidence and a note."""
    run = DecisionRun(incident, commander, lane_owners)
    run.decide(Option.FLAG)
    add_note(commander.as_actor(), incident.pk, text="Cafe\u0301 queues are full", now=run.now)
    return incident


def test_an_incident_is_found_by_number_and_title(decided: Incident, stranger: Person) -> None:
    room = decided.get_absolute_url()

    for text in (f"INC-{decided.pk}", f"inc{decided.pk}", decided.title[2:9].upper()):
        assert hrefs(stranger, text)["incidents"] == [room]


def test_things_of_the_incident_at_hand_come_first(
    decided: Incident, commander: Person, stranger: Person
) -> None:
    newer = declared(commander)
    capture_evidence(newer, commander, LATER)

    assert hrefs(stranger, "E-1")["evidence"] == [
        f"/{newer.reference}/evidence/E-1/",
        f"/{decided.reference}/evidence/E-1/",
    ]
    assert hrefs(stranger, "e1", decided.pk)["evidence"][0].startswith(f"/{decided.reference}/")
    assert hrefs(stranger, "D-1")["decisions"] == [f"/{decided.reference}/D-1/"]


def test_words_of_the_record_lead_to_their_entry(decided: Incident, stranger: Person) -> None:
    entry = decided.timeline.get(kind="note.added")

    assert hrefs(stranger, "CAF\u00c9 queues") == {
        "record": [f"/{decided.reference}/timeline/?before={entry.seq + 1}"]
    }


def test_a_person_leads_to_what_they_hold(
    decided: Incident, stranger: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    owner = lane_owners[LaneKind.VERIFICATION]
    free = PersonFactory(name="Zoe Unbound", groups=[Group.RESPONDER])

    assert hrefs(stranger, owner.name)["people"] == [f"/{decided.reference}/lanes/verification/"]
    assert hrefs(stranger, "unbound") == {"people": [f"/backlog/?owner={free.pk}"]}


def test_a_restricted_incident_is_found_by_who_takes_part_only(
    commander: Person, stranger: Person, admin: Person, client: Client
) -> None:
    secret = declared(commander, restricted=True, title="Quixotic leak")
    capture_evidence(secret, commander, START)
    add_note(commander.as_actor(), secret.pk, text="Quixotic words", now=LATER)
    client.force_login(stranger)
    texts = ("Quixotic", f"INC-{secret.pk}", str(secret.pk), "E-1", commander.name)

    def answer(text: str) -> str:
        page = client.get(
            "/find/", {"q": text, "incident": secret.pk}, headers={"HX-Request": "true"}
        )
        assert page.headers["X-Found"] == ("1" if text == commander.name else "0")
        return page.content.decode()

    assert not any(secret.reference in answer(text) for text in texts)
    assert hrefs(admin, "Quixotic").keys() == {"incidents", "record"}

    roles.add_participant(commander.as_actor(), secret.pk, person=stranger, now=LATER)

    assert hrefs(stranger, "Quixotic").keys() == {"incidents", "record"}
    assert hrefs(stranger, commander.name)["people"] == [secret.get_absolute_url()]


def test_who_may_enter_no_room_finds_nothing_and_asks_nothing(
    decided: Incident, stakeholder: Person
) -> None:
    assert stakeholder.is_responder is False

    with queries() as asked:
        assert found(stakeholder, decided.title) == ()
    assert len(asked) == 0


def test_what_is_found_is_a_window_of_few_queries_however_much_there_is(
    commander: Person, stranger: Person
) -> None:
    assert stranger.is_responder
    counts = []
    for times in (1, 8):
        for at in range(times):
            incident = declared(commander, title="Same words")
            minute = START + timedelta(minutes=at + 1)
            add_note(commander.as_actor(), incident.pk, text="Same words", now=minute)
            PersonFactory(name="Same words", groups=[Group.RESPONDER])
        with queries() as asked:
            groups = {group.name: len(group.rows) for group in found(stranger, "same words")}
        counts.append((len(asked), groups["incidents"], groups["record"], groups["people"]))

    assert counts == [(MAX_QUERIES, 1, 2, 1), (MAX_QUERIES, *[find.ROWS] * 3)]


@pytest.mark.parametrize(
    "text", ["", " ", "x", "\x00", "E-99999999999999999999", "9" * 30, "%_\\'\"", "\ud800"]
)
def test_odd_text_finds_nothing(stranger: Person, incident: Incident, text: str, client) -> None:
    client.force_login(stranger)

    assert client.get("/find/", {"q": text.encode("utf-8", "replace")}).headers["X-Found"] == "0"


def test_without_script_it_is_a_page(stranger: Person, decided: Incident, client: Client) -> None:
    client.force_login(stranger)

    page = client.get("/find/", {"q": decided.title[:8]}).content.decode()
    none = client.get("/find/", {"q": "<b>zebra"}).content.decode()

    assert "<h1>Find</h1>" in page
    assert f'href="{decided.get_absolute_url()}"' in page
    assert "Nothing found for “&lt;b&gt;zebra”" in none


@pytest.mark.parametrize(
    ("words", "text", "expected"),
    [
        pytest.param("short", "ort", "short", id="whole"),
        pytest.param("a" * 200 + " pool", "POOL", "…" + "a" * 39 + " pool", id="around the match"),
        pytest.param("b" * 200, "zebra", "b" * 119 + "…", id="coded otherwise"),
    ],
)
def test_an_excerpt_shows_what_was_sought(words: str, text: str, expected: str) -> None:
    assert excerpt(words, text) == expected
