"""What ``/mcp`` refuses before the protocol, and what it makes of broken messages."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from incidents.models import Incident, Person
from incidents.vocabulary import LaneKind
from kernel import clock
from machines.mcp.asgi import McpEndpoint
from machines.models import Token
from machines.tokens.actions import revoke_token
from tests.helpers.tokens import agent_token

# The endpoint asks the database in threads of its own.
pytestmark = pytest.mark.django_db(transaction=True)

PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
MODERN = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
}

type Ask = Callable[..., httpx.Response]


async def behind(scope: Any, receive: Any, send: Any) -> None:
    """In the place of Django."""
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


@pytest.fixture
def bearer(staffed: Incident, commander: Person) -> dict[str, str]:
    secret = agent_token(commander, LaneKind.INVESTIGATION, staffed)
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
def ask() -> Ask:
    def send(
        headers: dict[str, str],
        message: Any = PING,
        *,
        method: str = "POST",
        path: str = "/mcp",
        version: str = "2025-11-25",
        content: bytes | None = None,
    ) -> httpx.Response:
        async def asked() -> httpx.Response:
            transport = httpx.ASGITransport(McpEndpoint(behind))
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
                every = {
                    "accept": "application/json, text/event-stream",
                    "content-type": "application/json",
                    "mcp-protocol-version": version,
                }
                body = json.dumps(message) if content is None else content
                return await http.request(method, path, headers=every | headers, content=body)

        return asyncio.run(asked())

    return send


def test_a_token_opens_it(ask: Ask, bearer: dict[str, str]) -> None:
    assert ask(bearer).json()["result"] == {}
    assert ask(bearer, path="/mcp/").json()["result"] == {}
    assert ask(bearer, path="/mcp-of-others").status_code == 204


@pytest.mark.parametrize("header", ["", "Bearer wr_agt_nothing", "Basic eDp5"])
def test_what_is_no_token_does_not(ask: Ask, header: str) -> None:
    answer = ask({"authorization": header})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_revoked_token_opens_nothing_any_more(
    ask: Ask, bearer: dict[str, str], commander: Person
) -> None:
    revoke_token(commander.as_actor(), Token.objects.get().pk, reason="Lost", now=clock.now())

    assert "was revoked" in ask(bearer).json()["detail"]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"host": "evil.example"}, 421),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://localhost.evil.example"}, 403),
        ({"origin": "http://localhost"}, 200),
        ({"origin": "https://room.example.org"}, 200),
    ],
)
def test_pages_of_others_may_not_ask(
    ask: Ask, bearer: dict[str, str], settings: Any, headers: dict[str, str], status: int
) -> None:
    """A page whose name was rebound to this address comes with its own name as host."""
    settings.CSRF_TRUSTED_ORIGINS = ["https://*.example.org"]

    assert ask(bearer | headers).status_code == status


@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_it_has_no_streams_and_no_sessions(ask: Ask, bearer: dict[str, str], method: str) -> None:
    answer = ask(bearer, method=method)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


def test_who_loops_is_told_when_to_come_back(
    ask: Ask, bearer: dict[str, str], settings: Any
) -> None:
    settings.API_REQUESTS_A_MINUTE = {"agent": 3}
    answers = [ask(bearer) for _ in range(8)]

    refused = [answer for answer in answers if answer.status_code == 429]
    assert refused
    assert 1 <= int(refused[0].headers["retry-after"]) <= 60


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"jsonrpc":"2.0"}', b"[" * 100_000]
)
@pytest.mark.parametrize("version", ["2025-11-25", "2026-07-28"])
def test_a_broken_message_is_refused(
    ask: Ask, bearer: dict[str, str], content: bytes, version: str
) -> None:
    """Without an answer to whatever else is asked: what has no id gets 202 at most."""
    answer = ask(bearer, version=version, content=content)

    assert answer.status_code in {202, 400}


def note(text: Any) -> dict[str, Any]:
    params = {"name": "add_note", "arguments": {"text": text}, "_meta": MODERN}
    return {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params}


NOTE = {"mcp-method": "tools/call", "mcp-name": "add_note"}


@pytest.mark.parametrize("text", ["\x00", "\ud800", "x" * 5000, 7, None, ["a"], "", " "])
def test_a_tool_refuses_what_is_no_text(
    ask: Ask, bearer: dict[str, str], text: Any, staffed: Incident
) -> None:
    before = staffed.timeline.count()

    answer = ask(bearer | NOTE, note(text), version="2026-07-28")

    assert answer.status_code == 200
    assert answer.json()["result"]["isError"]
    refused = json.loads(answer.json()["result"]["content"][0]["text"])
    assert refused["violations"]
    assert staffed.timeline.count() == before


def test_what_no_database_can_hold_is_left_out(
    ask: Ask, bearer: dict[str, str], staffed: Incident
) -> None:
    ask(bearer | NOTE, note("before\x00after"), version="2026-07-28")

    assert staffed.timeline.get(kind="note.added").data["text"] == "beforeafter"


def test_a_message_over_the_limit_is_refused(ask: Ask, bearer: dict[str, str]) -> None:
    assert ask(bearer, content=b" " * (9 * 1024 * 1024)).status_code == 413
