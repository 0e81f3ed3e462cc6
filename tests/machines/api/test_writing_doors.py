"""Who may write by which token: walked over every operation that the API has."""

import re
from functools import cache
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from incidents.models import Incident, Person
from incidents.permissions import TABLE, Who
from incidents.vocabulary import LaneKind, PurposeBasis
from machines.api.app import api
from machines.tokens.scopes import ACTIONS
from machines.vocabulary import Scope
from tests.helpers.factories import declared
from tests.helpers.tokens import agent_token, person_token, service_token
from tests.machines.api.writer import Writer, write_operations

pytestmark = pytest.mark.django_db

OF_AGENTS = {
    "note.add",
    "evidence.capture",
    "unknown.change",
    "hypothesis.change",
    "recommendation.make",
}
"""Facts and drafts: nothing here decides, signs, executes, verifies, accepts, publishes, freezes
or closes."""

NEVER_OF_AGENTS = (
    *("decision.", "checkpoint.", "handoff.", "message.publish", "freeze.", "incident.", "watch."),
    *("evidence.confirm", "recommendation.answer", "role.", "command.", "lane.claim", "review."),
    *("severity.", "phase.", "surfaces.", "package.", "backlog.", "risk.", "branch.", "token."),
)

MULTIPART = "multipart/form-data"


@cache
def _document() -> dict[str, Any]:
    return dict(api.get_openapi_schema())


def _sample(schema: dict[str, Any]) -> Any:
    """Something that the schema of the document allows, with what is required only."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return _sample(_document()["components"]["schemas"][name])
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return _sample(schema["anyOf"][0])
    if schema.get("type") == "object":
        required = schema.get("required", ())
        return {name: _sample(schema["properties"][name]) for name in required}
    return {"string": "x", "integer": 1, "array": [], "boolean": True}[schema["type"]]


def _operations() -> list[Any]:
    return [
        pytest.param(method, path, operation.view_func.door, id=operation.operation_id)
        for method, path, operation in write_operations()
    ]


def _send(secret: str, method: str, path: str, incident: int) -> Any:
    address = path.replace("{int:number}", str(incident)).replace("{lane}", "investigation")
    address = re.sub(r"\{(?:int:)?\w+\}", "1", address)
    document = _document()["paths"]
    documented = document[f"/api/v1{path.replace('int:', '')}"][method.lower()]
    content = documented.get("requestBody", {}).get("content", {})
    if MULTIPART in content:
        fields = {"kind": "log", "file": SimpleUploadedFile("a.log", b"401")}
        return Writer(secret).upload(address, fields)
    body = _sample(content["application/json"]["schema"]) if content else {}
    return Writer(secret).send(method, address, body)


@pytest.mark.parametrize(("method", "path", "door"), _operations())
def test_an_agent_writes_only_what_the_table_gives_to_agents(
    staffed: Incident, stranger: Person, method: str, path: str, door: str
) -> None:
    secret = agent_token(stranger, LaneKind.INVESTIGATION, staffed)
    before = Incident.objects.get(pk=staffed.pk).last_seq

    answer = _send(secret, method, path, staffed.pk)

    if Who.AGENT in TABLE[door]:
        assert answer.status_code in {201, 404, 422}, answer.content
        assert answer.status_code != 403
        return
    assert answer.status_code == 403, answer.content
    assert answer.json()["detail"].startswith("Only ")
    assert Incident.objects.get(pk=staffed.pk).last_seq == before
    assert Incident.objects.count() == 1


def test_what_agents_may_do_neither_decides_nor_publishes() -> None:
    doors = {operation.view_func.door for _, _, operation in write_operations()}

    of_agents = {door for door in doors if Who.AGENT in TABLE[door]}
    assert of_agents >= OF_AGENTS
    assert [door for door in of_agents if door.startswith(NEVER_OF_AGENTS)] == []


@pytest.mark.parametrize(("method", "path", "door"), _operations())
def test_a_service_writes_only_what_its_scopes_allow(
    staffed: Incident, commander: Person, method: str, path: str, door: str
) -> None:
    others = [scope for scope in Scope if door not in ACTIONS[scope]]
    secret = service_token(commander, *others)

    answer = _send(secret, method, path, staffed.pk)

    assert answer.status_code == 403
    assert "does not allow this" in answer.json()["detail"]


@pytest.mark.parametrize(("method", "path", "door"), _operations())
def test_a_stakeholder_writes_nothing(
    staffed: Incident, stakeholder: Person, method: str, path: str, door: str
) -> None:
    answer = _send(person_token(stakeholder), method, path, staffed.pk)

    assert answer.status_code == 403, answer.content


def test_a_refusal_names_who_may_with_the_room(staffed: Incident, stranger: Person) -> None:
    api = Writer(agent_token(stranger, incident=staffed))

    answer = api.post(f"/incidents/{staffed.pk}/checkpoints", {"due_at": "+10"})

    sentence = answer.json()["detail"]
    expected = f"Commander is commander of {staffed.reference}."
    own = "lane-scout works in the lane Investigation."
    assert sentence == f"Only the commander can do this; {expected} {own}"
    assert answer.json()["violations"] == [
        {
            "code": "API-MAY",
            "sentence": sentence,
            "field": "",
            "link": staffed.get_absolute_url(),
        }
    ]


def test_an_agent_writes_in_its_own_lane_by_itself(staffed: Incident, stranger: Person) -> None:
    api = Writer(agent_token(stranger, LaneKind.MITIGATION, staffed))
    at = f"/incidents/{staffed.pk}"

    note = api.post(f"{at}/notes", {"text": "Four nodes are stale"})
    log = api.post(f"{at}/evidence", {"kind": "log", "text": "401"})
    unknown = api.post(f"{at}/unknowns", {"text": "Since when?"})
    recommended = api.post(
        f"{at}/recommendations",
        {"option": "flag", "reasons": "Fast", "evidence": [1], "reversibility": 5}
        | {"blast_radius": 1},
    )

    answers = (note, log, unknown, recommended)
    assert [answer.status_code for answer in answers] == [201] * 4, recommended.json()
    assert [answer.json()["lane"] for answer in answers] == ["mitigation"] * 4
    entry = staffed.timeline.get(kind="note.added")
    assert (entry.actor_kind, entry.actor_name) == ("agent", "lane-scout")


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("notes", {"text": "Hello", "lane": "communication"}),
        ("evidence", {"kind": "log", "text": "401", "lane": "communication"}),
        ("unknowns", {"text": "Since when?", "lane": "communication"}),
        ("recommendations", {"lane": "communication"}),
        ("hypotheses", {"text": "The key set is stale"}),
    ],
)
def test_an_agent_is_refused_in_another_lane(
    staffed: Incident, stranger: Person, path: str, body: dict[str, str]
) -> None:
    api = Writer(agent_token(stranger, LaneKind.MITIGATION, staffed))

    answer = api.post(f"/incidents/{staffed.pk}/{path}", body)

    assert answer.status_code == 403
    assert "in the lane" in answer.json()["detail"] or "lane" in answer.json()["detail"]


def test_an_agent_of_one_incident_knows_of_no_other(
    staffed: Incident, commander: Person, stranger: Person
) -> None:
    other = declared(commander)
    api = Writer(agent_token(stranger, incident=staffed))

    assert api.post(f"/incidents/{other.pk}/notes", {"text": "Hello"}).status_code == 404


def test_what_a_service_says_of_its_own_run_is_a_claim(
    staffed: Incident, lane_owners: dict[LaneKind, Person]
) -> None:
    """Its person could confirm it in the browser; the token does not allow that."""
    owner = lane_owners[LaneKind.VERIFICATION]
    api = Writer(service_token(owner, Scope.READ, Scope.EVIDENCE))
    run = {"kind": "command", "command": "true", "text": "x", "exit_code": 0}

    answer = api.post(f"/incidents/{staffed.pk}/evidence", run | {"purpose": "verification"})

    assert answer.status_code == 201, answer.json()
    assert staffed.evidence.get().purpose_basis == PurposeBasis.CLAIM
