"""Incidents by the API: the list in pages, and one with what it needs to be under control."""

from datetime import timedelta

import pytest

from incidents.actions import lifecycle
from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from machines.models import Token
from tests.helpers.counting import queries
from tests.helpers.decision_inputs import capture_evidence
from tests.helpers.factories import START, SurfaceFactory, declared
from tests.helpers.tokens import Api, agent_token, person_token

pytestmark = pytest.mark.django_db

LATER = START + timedelta(minutes=5)


@pytest.fixture
def reader(commander: Person) -> Api:
    return Api(person_token(commander))


def test_pages_follow_each_other_without_gap_or_repeat(reader: Api, commander: Person) -> None:
    made = [
        declared(commander, title=f"No {n}", now=START + timedelta(minutes=n // 2)).pk
        for n in range(7)
    ]
    seen, cursor = [], ""
    while True:
        page = reader.get("/incidents", {"limit": 3, "cursor": cursor}).json()
        seen += [row["number"] for row in page["items"]]
        if not (cursor := page["next"]):
            break

    assert sorted(seen) == sorted(made)
    assert len(seen) == 7
    assert seen[0] == made[-1]


@pytest.mark.parametrize(
    "cursor", ["x", "W10=", "WzFd", "WyJhIiwiYiJd", "W251bGwsbnVsbF0=", "W05hTixOYU5d", "é"]
)
def test_a_cursor_of_nowhere_is_refused(cursor: str, reader: Api) -> None:
    answer = reader.get("/incidents", {"cursor": cursor})

    assert answer.status_code == 422
    assert answer.json()["violations"][0]["code"] == "API-CURSOR"


@pytest.mark.parametrize(
    ("query", "field"),
    [({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"status": "odd"}, "status")],
)
def test_what_is_out_of_range_is_refused_with_its_field(
    query: dict[str, object], field: str, reader: Api
) -> None:
    answer = reader.get("/incidents", query)

    assert answer.status_code == 422
    assert answer.json()["violations"][0]["field"].endswith(field)


def test_filters(reader: Api, commander: Person, stranger: Person) -> None:
    mine = declared(commander, severity="2")
    other = declared(stranger, severity="1")
    cases = {
        "severity": ({"severity": "2"}, [mine.pk]),
        "mine": ({"mine": "true"}, [mine.pk]),
        "status": ({"status": "active"}, [other.pk, mine.pk]),
        "none": ({"status": "closed"}, []),
    }
    for query, numbers in cases.values():
        found = reader.get("/incidents", query).json()["items"]
        assert [row["number"] for row in found] == numbers


def test_the_list_asks_as_often_for_many_as_for_one(reader: Api, commander: Person) -> None:
    surface = SurfaceFactory()
    declared(commander, surfaces=[surface])
    with queries() as first:
        assert len(reader.get("/incidents").json()["items"]) == 1
    for _ in range(4):
        declared(commander, surfaces=[surface])
    with queries() as second:
        assert len(reader.get("/incidents").json()["items"]) == 5

    assert len(second) == len(first) <= 8


def test_an_agent_of_one_incident_sees_just_that(incident: Incident, commander: Person) -> None:
    declared(commander)

    found = Api(agent_token(commander, incident=incident)).get("/incidents").json()["items"]

    assert [row["number"] for row in found] == [incident.pk]


def test_one_says_who_holds_what_and_what_is_missing(
    staffed: Incident, reader: Api, commander: Person
) -> None:
    found = reader.get(f"/incidents/{staffed.pk}").json()

    assert found["reference"] == staffed.reference
    assert found["link"].startswith("http")
    assert found["control"]["is_held"] is False
    assert "evidence" in found["control"]["missing"][0]
    roles = {(one["role"], one["lane"]): one["person"]["username"] for one in found["roles"]}
    assert roles["commander", None] == commander.username
    assert roles["lane_owner", LaneKind.MITIGATION] == "mitigation-owner"
    capture_evidence(staffed, commander, LATER)
    assert reader.get(f"/incidents/{staffed.pk}").json()["control"]["is_held"] is True


def test_an_unchanged_incident_is_not_sent_again(
    incident: Incident, reader: Api, commander: Person
) -> None:
    tag = reader.get(f"/incidents/{incident.pk}")["ETag"]

    unchanged = reader.get(f"/incidents/{incident.pk}", **{"if-none-match": tag})
    assert (unchanged.status_code, unchanged.content, unchanged["ETag"]) == (304, b"", tag)
    assert tag.startswith(f'W/"{incident.last_seq}-')

    lifecycle.set_channel(commander.as_actor(), incident.pk, channel="#inc", now=LATER)
    changed = reader.get(f"/incidents/{incident.pk}", **{"if-none-match": tag})
    assert changed.status_code == 200
    assert changed["ETag"] != tag


def test_the_token_that_reads_is_counted(incident: Incident, reader: Api) -> None:
    reader.get(f"/incidents/{incident.pk}")

    assert Token.objects.get().uses == 1


def test_a_number_that_is_too_large_is_no_incident(reader: Api) -> None:
    assert reader.get(f"/incidents/{10**30}").status_code == 404
