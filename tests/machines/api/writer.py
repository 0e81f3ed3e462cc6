"""A client that writes, and every operation of the API that does."""

import json
from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse

from machines.api.app import api
from tests.helpers.tokens import Api


class Writer(Api):
    """The client of the API, with the other ways to send something."""

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self._client.generic(
            method,
            f"/api/v1{path}",
            json.dumps(body if body is not None else {}),
            content_type="application/json",
            headers=self._headers | headers,
        )

    def raw(self, path: str, content: bytes) -> HttpResponse:
        return self._client.post(
            f"/api/v1{path}", content, content_type="application/json", headers=self._headers
        )

    def upload(self, path: str, fields: dict[str, Any], **headers: str) -> HttpResponse:
        return self._client.post(f"/api/v1{path}", fields, headers=self._headers | headers)


def write_operations() -> Iterator[tuple[str, str, Any]]:
    """Method, address and operation of all that changes something, as the API itself has them."""
    for router in api._get_bound_routers():
        for path, view in router.path_operations.items():
            for operation in view.operations:
                if getattr(operation.view_func, "is_write", False):
                    yield operation.methods[0], path, operation


def codes(answer: HttpResponse) -> list[str]:
    return [violation["code"] for violation in answer.json()["violations"]]


def fields(answer: HttpResponse) -> list[str]:
    return [violation["field"] for violation in answer.json()["violations"]]
