"""Refusals as ``application/problem+json`` (RFC 9457), with every violation."""

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from kernel.refusal import AlreadyDone, NotPermitted, Refused, Violation
from machines.api.doors import ReadOnly
from machines.api.rules import FIELD, MAY
from machines.tokens.authentication import TooMany, Unauthorized

CONTENT_TYPE = "application/problem+json"


class ProblemViolation(Schema):
    """One unmet rule: its code, a sentence, the field that mends it, or a link where none does."""

    code: str
    sentence: str
    field: str = ""
    link: str = ""


class Problem(Schema):
    """Why a request was refused."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    violations: list[ProblemViolation] = []


def problem_violation(violation: Violation) -> ProblemViolation:
    """A violation as answers have it. What a form could not read has no code of its own."""
    return ProblemViolation(
        code=violation.code or FIELD,
        sentence=violation.sentence,
        field=violation.field,
        link=violation.href,
    )


def answer(
    status: int, detail: str, violations: Iterable[Violation] = (), **headers: str
) -> HttpResponse:
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=detail,
        violations=[problem_violation(violation) for violation in violations],
    )
    body = json.dumps(problem.model_dump())
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HttpResponse(body, status=status, content_type=CONTENT_TYPE, headers=named)


def install(api: NinjaAPI) -> None:
    """Answer with a problem whatever an operation raises."""
    handlers: dict[type[Exception], Any] = {
        Refused: lambda r, e: answer(422, "Refused: see the violations.", e.violations),
        NotPermitted: _not_permitted,
        Http404: lambda r, e: answer(404, str(e) or "There is nothing here."),
        ObjectDoesNotExist: lambda r, e: answer(404, "There is nothing with this number here."),
        Unauthorized: lambda r, e: answer(
            401, e.sentence, WWW_Authenticate='Bearer realm="Warroom"'
        ),
        TooMany: _too_many,
        ReadOnly: lambda r, e: answer(503, "Warroom takes no writes by the API at present."),
        AlreadyDone: lambda r, e: answer(409, f"This was recorded already: {e.href}"),
        ValidationError: _unreadable,
        RawPostDataException: lambda r, e: answer(415, "Send the body as application/json."),
        HttpError: lambda r, e: answer(422, "The body is not the documented JSON."),
        RequestDataTooBig: lambda r, e: answer(413, "The body is over 4 MiB. Send less at once."),
    }
    for kind, handler in handlers.items():
        api.add_exception_handler(kind, handler)


def _not_permitted(request: HttpRequest, error: Exception) -> HttpResponse:
    """Who may, with the room in which they are asked."""
    assert isinstance(error, NotPermitted)
    incident = getattr(request, "incident", None)
    link = incident.get_absolute_url() if incident is not None else ""
    return answer(403, error.sentence, [Violation(MAY, error.sentence, href=link)])


def _too_many(request: HttpRequest, error: Exception) -> HttpResponse:
    assert isinstance(error, TooMany)
    detail = f"This token may ask {error.limit} times a minute. Again in {error.retry_after} s."
    return answer(429, detail, Retry_After=str(error.retry_after))


def _unreadable(request: HttpRequest, error: Exception) -> HttpResponse:
    """What the schema does not allow: each field by its path in the request."""
    assert isinstance(error, ValidationError)
    violations = [
        Violation(FIELD, f"{_path(one['loc'])}: {one['msg']}.", _path(one["loc"]))
        for one in error.errors
    ]
    return answer(422, "The request does not have the documented form.", violations)


def _path(location: Iterable[Any]) -> str:
    """``("body", "evidence", 0)`` as ``evidence.0``: where it was sent is known by the method."""
    first, *rest = [str(part) for part in location]
    return ".".join([part for part in rest if part not in {"data", "payload"}]) or first
