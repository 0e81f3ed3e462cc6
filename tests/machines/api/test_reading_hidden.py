"""Every read of an incident, for each kind of token: what is hidden is as if it were not there."""

from typing import Any

import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import Group
from machines.api.app import api
from machines.vocabulary import Scope, TokenKind
from tests.helpers.factories import PersonFactory, declared
from tests.helpers.tokens import Api, agent_token, person_token, service_token

pytestmark = pytest.mark.django_db

BELOW = "/api/v1"
ABSENT = 987_654


def _reads_of_an_incident() -> dict[str, str]:
    """Their addresses by the name of the operation, all but the number filled in."""
    reads = {}
    for path, methods in api.get_openapi_schema()["paths"].items():
        if "get" in methods and "{number}" in path:
            details = methods["get"]
            reads[details["operationId"]] = _filled(path, details["parameters"])
    return reads


def _filled(path: str, parameters: list[dict[str, Any]]) -> str:
    for parameter in parameters:
        name = parameter["name"]
        if parameter["in"] == "path" and name != "number":
            is_number = parameter["schema"].get("type") == "integer"
            path = path.replace(f"{{{name}}}", "1" if is_number else "investigation")
    return path.removeprefix(BELOW)


READS = _reads_of_an_incident()


def _token(kind: str, owner: Person) -> str:
    if kind == TokenKind.PERSON:
        return person_token(owner)
    return service_token(owner, *Scope) if kind == TokenKind.SERVICE else agent_token(owner)


@pytest.fixture
def restricted(commander: Person) -> Incident:
    return declared(commander, restricted=True)


def test_there_are_reads_to_walk() -> None:
    assert {"incident", "timeline", "evidence_file", "decision", "gate", "lane_notes"} <= {*READS}


@pytest.mark.parametrize("kind", TokenKind.values)
@pytest.mark.parametrize("operation", READS)
def test_a_hidden_incident_answers_as_a_missing_one(
    operation: str, kind: str, restricted: Incident, stranger: Person
) -> None:
    reader = Api(_token(kind, stranger))
    hidden = reader.get(READS[operation].replace("{number}", str(restricted.pk)))
    missing = reader.get(READS[operation].replace("{number}", str(ABSENT)))

    assert hidden.status_code == missing.status_code == 404
    assert hidden.headers.keys() == missing.headers.keys()
    same_words = missing.content.decode().replace(str(ABSENT), str(restricted.pk))
    assert hidden.content.decode() == same_words


@pytest.mark.parametrize("operation", READS)
def test_who_takes_part_reads_it(operation: str, restricted: Incident, commander: Person) -> None:
    reader = Api(person_token(commander))
    answer = reader.get(READS[operation].replace("{number}", str(restricted.pk)))

    assert answer.status_code in {200, 404}
    assert "There is no INC" not in answer.content.decode(errors="replace")


@pytest.mark.parametrize("operation", READS)
def test_an_agent_of_one_incident_sees_no_other(
    operation: str, incident: Incident, commander: Person
) -> None:
    other = declared(commander, title="Another")
    reader = Api(agent_token(commander, incident=incident))

    assert reader.get(READS[operation].replace("{number}", str(other.pk))).status_code == 404


@pytest.mark.parametrize("operation", READS)
def test_without_a_token_nothing_is_read(operation: str, incident: Incident) -> None:
    answer = Api("").get(READS[operation].replace("{number}", str(incident.pk)))

    assert answer.status_code == 401


@pytest.mark.parametrize("operation", READS)
def test_who_has_no_group_enters_no_room(operation: str, incident: Incident) -> None:
    reader = Api(person_token(PersonFactory(username="guest")))

    assert reader.get(READS[operation].replace("{number}", str(incident.pk))).status_code == 403


def test_lists_do_not_name_what_is_hidden(
    restricted: Incident, stranger: Person, commander: Person
) -> None:
    for reader in (person_token(stranger), agent_token(stranger), service_token(stranger, *Scope)):
        assert Api(reader).get("/incidents").json() == {"items": [], "next": ""}
        assert Api(reader).get("/freezes").json() == {"frozen": False, "freezes": []}
    known = Api(person_token(commander)).get("/incidents").json()["items"]
    assert [row["number"] for row in known] == [restricted.pk]


def test_a_stakeholder_reads_escalations_and_no_room(
    incident: Incident, stakeholder: Person
) -> None:
    reader = Api(person_token(stakeholder))

    assert stakeholder.groups.get().name == Group.STAKEHOLDER
    assert reader.get(f"/incidents/{incident.pk}/escalations").status_code == 200
    assert reader.get(f"/incidents/{incident.pk}").status_code == 403
    assert reader.get("/incidents").status_code == 403
