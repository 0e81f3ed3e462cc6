"""What cannot be written is refused with every violation, as a problem; nothing is half written."""

from typing import Any, get_args

import pytest
from pydantic import BaseModel

from incidents.models import Incident, Person
from incidents.vocabulary import Status
from machines.api.app import api
from tests.helpers.closable import set_status
from tests.helpers.tokens import person_token
from tests.machines.api.writer import Writer, codes, fields

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer(commander: Person) -> Writer:
    return Writer(person_token(commander))


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("notes", {"text": "Hello", "colour": "red"}, "colour"),
        ("notes", {"text": 7}, "text"),
        ("notes", {}, "text"),
        ("notes", {"text": "a\x00b"}, "text"),
        ("notes", {"text": "a\ud800b"}, "text"),
        ("freezes", {"surface": "\ud800", "reason": "Hold"}, "surface"),
        ("notes", {"text": "Hello", "lane": "kitchen"}, "lane"),
        ("evidence", {"kind": "dream", "text": "x"}, "kind"),
        ("evidence", {"kind": "log", "text": "x", "started_at": "soonish"}, "started_at"),
        ("evidence", {"kind": "log", "text": "x", "started_at": "2999-01-01 06:00"}, "started_at"),
        ("evidence", {"kind": "link", "url": "javascript:alert(1)"}, "url"),
        ("evidence", {"kind": "log", "text": "x", "baseline": 9}, "baseline"),
        ("evidence", {"kind": "log", "text": "x", "baseline": 10**30}, "baseline"),
        ("evidence", {"kind": "command", "command": "x", "exit_code": 2**40}, "exit_code"),
        ("unknowns", {"text": "Since when?"}, "lane"),
        ("checkpoints", {"due_at": "soonish"}, "due_at"),
        ("checkpoints", {"due_at": ""}, "due_at"),
        ("roles", {"role": "deputy", "person": "nobody"}, "person"),
        ("roles", {"role": "lane_owner", "person": "commander"}, "lane"),
        ("risks", {"text": "It may fail", "owner": "no\x00body"}, "owner"),
        ("freezes", {"surface": "the-moon", "reason": "Hold"}, "surface"),
        ("branches", {"type": "hotfix", "name": "x", "owner": "nobody"}, "owner"),
        ("escalations", {"owner": "nobody"}, "owner"),
        ("updates", {"surfaces": {"the-moon": "operational"}}, "surfaces"),
        ("backlog", {"title": "Probe", "due_on": "tomorrow"}, "due_on"),
        ("handoffs", {"what": "kitchen"}, "what"),
        ("close", {"statement": {"cause_risk": 7}}, "cause_risk"),
        ("acts", {"what": "Flag off", "option": "flag", "began_at": "soonish"}, "began_at"),
    ],
)
def test_a_field_that_cannot_be_read_is_named(
    incident: Incident, writer: Writer, path: str, body: dict[str, Any], field: str
) -> None:
    answer = writer.post(f"/incidents/{incident.pk}/{path}", body)

    assert answer.status_code == 422, answer.content
    assert answer["content-type"] == "application/problem+json"
    assert field in fields(answer)
    assert all(codes(answer))
    assert incident.timeline.count() == 2


def test_every_violation_is_answered_at_once(incident: Incident, writer: Writer) -> None:
    body = {"person": "nobody", "role": "lane_owner"}

    answer = writer.post(f"/incidents/{incident.pk}/roles", body)

    assert fields(answer) == ["person", "lane"]


@pytest.mark.parametrize("content", [b"{", b"", b"[]", b"null", b'"x"', b"\xff"])
def test_what_is_no_json_object_is_refused(
    incident: Incident, writer: Writer, content: bytes
) -> None:
    answer = writer.raw(f"/incidents/{incident.pk}/notes", content)

    assert answer.status_code == 422
    assert answer["content-type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused(
    incident: Incident, writer: Writer, settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = writer.post(f"/incidents/{incident.pk}/notes", {"text": "x" * 2000})

    assert answer.status_code == 413
    assert answer["content-type"] == "application/problem+json"


def test_a_text_over_its_limit_is_refused_by_its_rule(incident: Incident, writer: Writer) -> None:
    answer = writer.post(f"/incidents/{incident.pk}/notes", {"text": "x" * 5000})

    assert codes(answer) == ["N-LONG"]


@pytest.mark.parametrize(
    "path",
    [
        "unknowns/7/resolve",
        "hypotheses/7/verdict",
        "recommendations/7/withdraw",
        "recommendations/7/adopt",
        "checkpoints/7/decision",
        "checkpoints/7/keep",
        "checkpoints/7/cancel",
        "decisions/7/sign",
        "decisions/7/start",
        "decisions/7/verify",
        "risks/7/retire",
        "handoffs/7/accept",
        "handoffs/99999999999999999999/accept",
        "backlog/7/begin",
    ],
)
def test_a_number_that_is_nowhere_is_not_found(
    incident: Incident, writer: Writer, path: str
) -> None:
    answer = writer.post(f"/incidents/{incident.pk}/{path}", {})

    assert answer.status_code == 404, answer.content
    assert answer["content-type"] == "application/problem+json"


def test_a_closed_incident_is_not_steered(incident: Incident, writer: Writer) -> None:
    set_status(incident.pk, Status.CLOSED)
    at = f"/incidents/{incident.pk}"

    severity = writer.post(f"{at}/severity", {"severity": "2", "reason": "Only one region"})
    note = writer.post(f"{at}/notes", {"text": "It came back for a minute"})

    assert severity.status_code == 422
    assert note.status_code == 201


def test_nothing_is_written_while_the_api_only_reads(
    incident: Incident, writer: Writer, settings: Any
) -> None:
    settings.API_READ_ONLY = True

    answer = writer.post(f"/incidents/{incident.pk}/notes", {"text": "Hello"})

    assert answer.status_code == 503
    assert answer["content-type"] == "application/problem+json"
    assert incident.timeline.count() == 2


def test_names_in_the_document_stand_for_one_schema_each() -> None:
    models: dict[str, set[type]] = {}
    for router in api._get_bound_routers():
        for view in router.path_operations.values():
            for operation in view.operations:
                for model in _models(operation):
                    models.setdefault(model.__name__, set()).add(model)

    assert {name: found for name, found in models.items() if len(found) > 1} == {}


def _models(operation: Any) -> Any:
    """Every schema of an operation's body and answers, with those in them."""
    waiting: list[Any] = [
        field.annotation
        for model in [*operation.models, *operation.response_models.values()]
        if hasattr(model, "model_fields")
        for field in model.model_fields.values()
    ]
    seen: set[Any] = set()
    while waiting:
        kind = waiting.pop()
        waiting += get_args(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel) and kind not in seen:
            seen.add(kind)
            waiting += [field.annotation for field in kind.model_fields.values()]
            yield kind
