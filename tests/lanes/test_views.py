"""A lane's page: what it shows to whom, and what can be typed on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from incidents.actions import evidence
from incidents.models import Incident, Person
from incidents.rules.evidence import Capture
from incidents.vocabulary import EvidenceKind, LaneKind
from kernel import clock
from lanes import actions
from lanes.models import BoundaryItem
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import captured
from tests.helpers.factories import START
from tests.helpers.recommendations import Owners
from tests.markup import markup

LATER = START + timedelta(minutes=6)
MITIGATION = LaneKind.MITIGATION


@pytest.fixture
def visit(client: Client, staffed: Incident) -> Any:
    def get(person: Person, lane: str = MITIGATION) -> str:
        client.force_login(person)
        with clock.at(LATER):
            return markup(client.get(f"/{staffed.reference}/lanes/{lane}/"))

    return get


@pytest.fixture
def send(client: Client, incident: Incident) -> Any:
    def post(person: Person, path: str, headers: dict[str, str] | None = None, **said: Any) -> Any:
        client.force_login(person)
        with clock.at(LATER):
            return client.post(f"/{incident.reference}/{path}", said, headers=headers)

    return post


# -- What it shows -----------------------------------------------------------------------------


def test_its_owner_recommends_and_all_see_what_is_recommended(
    visit: Any, staffed: Incident, stranger: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    cited = captured(staffed, stranger, START)
    before = visit(lane_owners[MITIGATION])
    owners = Owners(staffed, lane_owners, cited, START)
    owners.recommend(MITIGATION, "rollback")
    alone = visit(stranger)
    owners.recommend(LaneKind.INVESTIGATION, "hotfix", option_detail="pin the keys")

    page, elsewhere = visit(stranger), visit(stranger, LaneKind.INVESTIGATION)

    assert "recommend/?lane=mitigation" in before
    assert "Nothing is recommended now." in before
    assert "recommend/?lane=mitigation" not in page
    assert f'/{staffed.reference}/R-1/"><span class="reference">R-1</span> Full rollback' in page
    assert "pin the keys" in page
    assert ["Contradicted" in seen for seen in (alone, page)] == [False, True]
    # Another lane shows its own alone; the options of all stand with mitigation.
    assert ["R-1/" in elsewhere, "pin the keys" in elsewhere] == [False, True]


def test_it_names_the_owner_and_since_when(
    visit: Any, stranger: Person, lane_owners: dict[LaneKind, Person]
) -> None:
    page = visit(stranger)

    assert f"Owner {lane_owners[MITIGATION]} since T+00:00." in page
    assert "No boundary yet" in page


def test_a_lane_without_owner_says_so_and_leads_who_may_to_naming_one(
    client: Client, incident: Incident, commander: Person, stranger: Person
) -> None:
    pages = {}
    for person in (commander, stranger):
        client.force_login(person)
        pages[person] = markup(client.get(f"/{incident.reference}/lanes/mitigation/"))

    assert all("Nobody owns this lane." in page for page in pages.values())
    assert f"/{incident.reference}/roles/?who=lane_owner:mitigation" in pages[commander]
    assert "/roles/" not in pages[stranger]


def test_an_anti_pattern_stands_on_the_lanes_that_it_concerns(
    visit: Any, staffed: Incident, commander: Person
) -> None:
    for lane in (LaneKind.INVESTIGATION, MITIGATION):
        actions.set_boundary(
            commander.as_actor(),
            staffed.pk,
            lane=lane,
            included=["edge cache"],
            excluded=[],
            now=START,
        )

    shown = [lane for lane in LaneKind if 'data-code="OVERLAP"' in visit(commander, lane)]

    assert shown == [LaneKind.INVESTIGATION, MITIGATION]


@pytest.mark.parametrize(
    ("who", "may"),
    [
        pytest.param("commander", True, id="commander"),
        pytest.param("owner", True, id="the lane's owner"),
        pytest.param("other owner", False, id="another lane's owner"),
        pytest.param("stranger", False, id="another responder"),
    ],
)
def test_the_boundary_can_be_set_by_who_may(
    visit: Any,
    send: Any,
    commander: Person,
    stranger: Person,
    lane_owners: dict[LaneKind, Person],
    who: str,
    may: bool,
) -> None:
    person = {
        "commander": commander,
        "owner": lane_owners[MITIGATION],
        "other owner": lane_owners[LaneKind.INVESTIGATION],
        "stranger": stranger,
    }[who]

    shown = 'name="included"' in visit(person)
    answer = send(person, "lanes/mitigation/boundary/", included="flags")

    assert shown == may
    assert answer.status_code == (302 if may else 403)
    assert BoundaryItem.objects.exists() == may


def test_the_latest_items_stand_in_full_and_the_earlier_ones_folded(
    visit: Any, staffed: Incident, commander: Person
) -> None:
    for n in range(1, 6):
        captured = Capture(kind=EvidenceKind.LOG, text=f"output {n}", lane=MITIGATION)
        evidence.capture(commander.as_actor(), staffed.pk, captured, now=LATER)

    page = visit(commander)

    assert [f"output {n}</pre>" in page for n in range(1, 6)] == [False, False, True, True, True]
    assert "Earlier: E-2, E-1" in page


def test_notes_are_text_and_of_this_lane(visit: Any, staffed: Incident, commander: Person) -> None:
    for lane, text in ((MITIGATION, "<b>ours</b>"), (LaneKind.VERIFICATION, "theirs")):
        actions.add_note(commander.as_actor(), staffed.pk, text=text, lane=lane, now=LATER)

    page = visit(commander)

    assert "&lt;b&gt;ours&lt;/b&gt;" in page
    assert "theirs" not in page


def test_the_page_asks_as_often_for_three_items_as_for_one(
    client: Client, staffed: Incident, commander: Person
) -> None:
    client.force_login(commander)

    def add(times: int) -> None:
        for n in range(times):
            captured = Capture(kind=EvidenceKind.LOG, text=f"output {n}", lane=MITIGATION)
            evidence.capture(commander.as_actor(), staffed.pk, captured, now=LATER)
            actions.add_note(
                commander.as_actor(), staffed.pk, text="seen", lane=MITIGATION, now=LATER
            )

    add(1)
    with queries() as for_one:
        client.get(f"/{staffed.reference}/lanes/mitigation/")
    add(2)
    with queries() as for_three:
        client.get(f"/{staffed.reference}/lanes/mitigation/")

    assert len(for_three) == len(for_one)
    assert len(for_one) <= 25


def test_an_unknown_lane_is_not_found(
    client: Client, incident: Incident, commander: Person
) -> None:
    client.force_login(commander)

    assert client.get(f"/{incident.reference}/lanes/press/").status_code == 404


# -- The boundary ------------------------------------------------------------------------------


def test_items_come_one_a_line_or_parted_by_commas(
    send: Any, incident: Incident, commander: Person
) -> None:
    send(
        commander,
        "lanes/mitigation/boundary/",
        included="flags, deploys of auth-gateway\nedge cache\n",
        excluded="SDKs",
    )

    said = BoundaryItem.objects.filter(incident=incident).values_list("text", "included")
    assert set(said) == {
        ("flags", True),
        ("deploys of auth-gateway", True),
        ("edge cache", True),
        ("SDKs", False),
    }


def test_a_refused_boundary_keeps_what_was_typed(send: Any, commander: Person) -> None:
    answer = send(commander, "lanes/mitigation/boundary/", included="", excluded="billing\nSDKs")

    page = markup(answer)
    assert answer.status_code == 422
    assert "<code>B-EMPTY</code>" in page
    assert "billing\nSDKs</textarea>" in page


def test_a_boundary_sent_after_the_session_ended_comes_back(
    client: Client, incident: Incident, commander: Person
) -> None:
    address = f"/{incident.reference}/lanes/mitigation/boundary/"

    answer = client.post(address, {"included": "flags", "author": commander.pk})
    client.force_login(commander)
    page = markup(client.get(address))

    assert answer.status_code == 401
    assert "flags</textarea>" in page


# -- Notes -------------------------------------------------------------------------------------


def test_a_note_leads_back_to_where_it_was_written(
    send: Any, incident: Incident, stranger: Person
) -> None:
    lane = f"/{incident.reference}/lanes/mitigation/"

    answer = send(stranger, "notes/", text="Cache is stale", lane="mitigation", next=lane)

    assert (answer.status_code, answer.url) == (302, lane)
    entry = incident.timeline.first()
    assert (entry.kind, entry.lane, entry.data["text"]) == (
        "note.added",
        "mitigation",
        "Cache is stale",
    )


@pytest.mark.parametrize("elsewhere", ["https://evil.test/", "//evil.test", "/\\evil.test"])
def test_a_note_never_leads_to_another_site(
    send: Any, incident: Incident, stranger: Person, elsewhere: str
) -> None:
    answer = send(stranger, "notes/", text="Cache is stale", next=elsewhere)

    assert answer.url == incident.get_absolute_url()


def test_the_composer_learns_the_number_of_its_entry(
    send: Any, incident: Incident, stranger: Person
) -> None:
    answer = send(stranger, "notes/", {"Accept": "application/json"}, text="Cache is stale")

    assert (answer.status_code, answer["X-Seq"]) == (204, str(incident.timeline.first().seq))


def test_the_composer_is_told_why_a_note_was_refused(send: Any, stranger: Person) -> None:
    answer = send(stranger, "notes/", {"Accept": "application/json"}, text=" \n")

    assert answer.status_code == 422
    assert answer.json()["violations"] == [
        {"sentence": "Write the note first.", "code": "N-EMPTY", "field": "text"}
    ]


def test_a_refused_note_keeps_its_text_and_lane(send: Any, stranger: Person) -> None:
    answer = send(stranger, "notes/", text="x" * 4001, lane="mitigation")

    page = markup(answer)
    assert answer.status_code == 422
    assert "x" * 4001 in page
    assert '<option value="mitigation" selected>' in page


def test_a_second_press_writes_one_note(send: Any, incident: Incident, stranger: Person) -> None:
    once = "0f8fad5b-d9cb-469f-a165-70867728950e"
    before = incident.timeline.count()

    for _ in range(2):
        send(stranger, "notes/", text="Cache is stale", once=once)

    assert incident.timeline.count() == before + 1


def test_a_secret_in_a_note_is_masked(send: Any, incident: Incident, stranger: Person) -> None:
    secret = "ghp_" + "a1B2" * 9

    send(stranger, "notes/", text=f"The token was {secret}")

    assert secret not in str(incident.timeline.first().data)


@pytest.mark.parametrize("path", ["lanes/mitigation/", "notes/"])
def test_a_stakeholder_is_told_where_to_look(
    client: Client, incident: Incident, stakeholder: Person, path: str
) -> None:
    client.force_login(stakeholder)

    assert client.get(f"/{incident.reference}/{path}").status_code == 403
