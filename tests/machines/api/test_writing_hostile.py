"""Whatever stands in a field, an operation that writes answers as it documents, never with 500."""

from typing import Any

import pytest
from django.db import transaction

from tests.helpers.tokens import person_token
from tests.house.test_every_action_records import Scene
from tests.machines.api.test_writing import CASES, OPERATIONS, at_now, scene
from tests.machines.api.writer import Writer, write_operations

__all__ = ["at_now", "scene"]

pytestmark = pytest.mark.django_db

HOSTILE: tuple[Any, ...] = (
    "\ud800",
    "a\x00",
    "x" * 20_000,
    "\u202e\u200b",
    "-1",
    "9999-12-31T23:59:59Z",
    10**30,
    None,
    ["\ud800"],
    {"a": "b"},
)

DOCUMENTED = {op.operation_id: set(op.response_models) for _, _, op in write_operations()}


@pytest.mark.parametrize("name", CASES)
def test_no_field_breaks_it(scene: Scene, name: str, settings: Any) -> None:
    settings.API_REQUESTS_A_MINUTE = {"person": 100_000}
    who, path, body = CASES[name](scene)
    api = Writer(person_token(who))
    undocumented = []

    for field in body:
        for hostile in HOSTILE:
            before = transaction.savepoint_create()
            address = f"/incidents/{scene.incident.pk}{path}"
            answer = api.send(OPERATIONS[name], address, body | {field: hostile})
            transaction.savepoint_rollback(before)
            is_problem = answer["content-type"] == "application/problem+json"
            if answer.status_code not in DOCUMENTED[name] or is_problem != (
                answer.status_code >= 400
            ):
                undocumented.append((field, hostile, answer.status_code))

    assert undocumented == []
