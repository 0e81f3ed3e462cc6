"""Tokens of the three kinds, and a client that asks with one."""

import json
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel import clock
from machines.tokens.actions import make_token
from machines.tokens.rules import TokenInput
from machines.vocabulary import Scope, TokenKind


def person_token(owner: Person, name: str = "laptop") -> str:
    return _make(owner, TokenInput(kind=TokenKind.PERSON, name=name, ends_at=_in_a_day()))


def service_token(owner: Person, *scopes: Scope, name: str = "ops-2 capture") -> str:
    token = TokenInput(kind=TokenKind.SERVICE, name=name, scopes=scopes, ends_at=_in_a_day())
    return _make(owner, token)


def agent_token(
    owner: Person,
    lane: str = LaneKind.INVESTIGATION,
    incident: Incident | None = None,
    name: str = "lane-scout",
) -> str:
    number = incident.pk if incident else None
    ends_at = None if incident else _in_a_day()
    token = TokenInput(kind=TokenKind.AGENT, name=name, lane=lane, incident=number, ends_at=ends_at)
    return _make(owner, token)


def _in_a_day() -> Any:
    return clock.now() + timedelta(days=1)


def _make(owner: Person, token: TokenInput) -> str:
    _, secret = make_token(owner.as_actor(), token, now=clock.now())
    return secret


class Api:
    """Asks ``/api/v1`` with a token; answers are Django's, with ``json()``."""

    def __init__(self, secret: str) -> None:
        self._client = Client()
        self._headers = {"authorization": f"Bearer {secret}"}

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str) -> HttpResponse:
        return self._client.get(f"/api/v1{path}", query, headers=self._headers | headers)

    def post(self, path: str, body: Any = None, *, key: str = "", **headers: str) -> HttpResponse:
        named = {"idempotency-key": key} if key else {}
        return self._client.post(
            f"/api/v1{path}",
            json.dumps(body if body is not None else {}),
            content_type="application/json",
            headers=self._headers | named | headers,
        )
