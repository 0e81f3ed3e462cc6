"""What every operation of the API shares: who asks, which incident, once, and plain refusals.

``reads`` and ``writes`` declare the action of the table of permissions that an operation is for.
A read is required here; a write is required by its action, under the incident's lock.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.http import Http404, HttpRequest
from ninja import Router, Schema
from ninja.responses import Status
from ninja.security import HttpBearer

from incidents.models import Incident
from incidents.permissions import TABLE, may, require, site_roles
from kernel import clock
from kernel.actor import Actor
from kernel.refusal import NotPermitted
from machines.api.submissions import once
from machines.models import Token
from machines.tokens.authentication import authenticate


class TokenRequest(HttpRequest):
    """A request whose token was recognised; with ``number`` in its path also its incident."""

    token: Token
    actor: Actor
    incident: Incident
    once: UUID


class BearerToken(HttpBearer):
    """``Authorization: Bearer wr_…``, of a person, a service or an agent."""

    def __call__(self, request: HttpRequest) -> Token:
        token, actor = authenticate(
            request.headers.get("Authorization", ""), request.META["REMOTE_ADDR"], clock.now()
        )
        request.token, request.actor = token, actor  # type: ignore[attr-defined]
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Token:
        raise NotImplementedError  # HttpBearer reads the header by itself; we say what is wrong


class ReadOnly(Exception):
    """The instance takes no writes by the API at present."""


def reads(permission: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An operation that changes nothing."""
    _check(permission)

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: TokenRequest, *args: Any, **kwargs: Any) -> Any:
            incident = _incident(request, kwargs)
            require(permission, request.actor, incident, kwargs.get("lane", ""))
            return view(request, *args, **kwargs)

        guarded.door = permission  # type: ignore[attr-defined]
        return guarded

    return decorate


def writes(
    permission: str, *, status: int = 201
) -> Callable[[Callable[..., Schema]], Callable[..., Any]]:
    """An operation that changes something, once for each ``Idempotency-Key``.

    The view returns a schema and hands ``request.once`` to its action, which requires the
    permission under the lock. What no role of a token's kind can do is refused before anything is
    looked up. With ``dry_run`` in its query it writes nothing, and answers
    200: then the view itself requires what that takes.
    """
    _check(permission)

    def decorate(view: Callable[..., Schema]) -> Callable[..., Any]:
        @wraps(view)
        def guarded(request: TokenRequest, *args: Any, **kwargs: Any) -> Any:
            if settings.API_READ_ONLY:
                raise ReadOnly
            incident = _incident(request, kwargs)
            is_trial = bool(kwargs.get("dry_run"))
            if not is_trial:
                _require_of_token(permission, request, incident)
            request.once = uuid4()
            key = request.headers.get("Idempotency-Key", "")
            if is_trial:
                return Status(200, _body(view(request, *args, **kwargs)))
            if not key:
                return Status(status, _body(view(request, *args, **kwargs)))
            return _once(request, key, status, lambda: view(request, *args, **kwargs))

        guarded.door = permission  # type: ignore[attr-defined]
        guarded.is_write = True  # type: ignore[attr-defined]
        return guarded

    return decorate


def _require_of_token(permission: str, request: TokenRequest, incident: Incident | None) -> None:
    """Refuse what the token can never do, and a person who enters no room. No query is made.

    An agent is answered with who may: it is no matter of its token.
    """
    actor = request.actor
    if actor.actions is not None and permission not in actor.actions:
        if not actor.is_person:
            require(permission, replace(actor, actions=None), incident)
        require(permission, actor, incident)
    if incident is not None and not may("room.view", site_roles(actor)):
        raise NotPermitted("The room is for responders. Ask an admin if you should be one.")


def find(request: TokenRequest, number: int) -> Incident:
    """The incident, or 404 in the same words whether it is hidden, elsewhere or not there."""
    rows = Incident.objects.known_to(request.token.owner).filter(pk=number)
    if request.actor.incident is not None:
        rows = rows.filter(pk=request.actor.incident)
    incident = rows.first()
    if incident is None:
        raise Http404(f"There is no INC-{number}.")
    return incident


def _incident(request: TokenRequest, kwargs: dict[str, Any]) -> Incident | None:
    if "number" not in kwargs:
        return None
    request.incident = find(request, kwargs["number"])
    return request.incident


def _check(permission: str) -> None:
    if permission not in TABLE:
        raise ValueError(f"{permission} is not in the table of permissions")


def _once(request: TokenRequest, key: str, status: int, write: Callable[[], Schema]) -> Status:
    def answered(submission: UUID) -> tuple[int, Any]:
        request.once = submission
        return status, _body(write())

    return Status(*once(request.token, key, _content(request), answered))


def _content(request: HttpRequest) -> str:
    """A digest of all that a request asks for."""
    asked = hashlib.sha256(f"{request.method}\n{request.get_full_path()}\n".encode())
    if request.content_type != "multipart/form-data":
        asked.update(request.body)
        return asked.hexdigest()
    # The boundary between its parts is another each time that it is sent.
    for name, texts in sorted(request.POST.lists()):
        asked.update(repr((name, texts)).encode())
    for name, file in sorted(request.FILES.items()):
        asked.update(repr((name, file.name, file.size)).encode())
        for chunk in file.chunks():
            asked.update(chunk)
        file.seek(0)
    return asked.hexdigest()


def _body(answer: Schema) -> Any:
    return answer.model_dump(mode="json")


def joined(*routers: Router) -> Router:
    """One router with all operations, so that those of one address answer together.

    Of two routers with the same address the second would never be asked.
    """
    whole = Router()
    for router in routers:
        for path, view in router.path_operations.items():
            for operation in view.operations:
                operation.tags = operation.tags or router.tags
            if path in whole.path_operations:
                whole.path_operations[path].operations.extend(view.operations)
            else:
                whole.path_operations[path] = view.clone()
    return whole
