"""``/mcp`` in front of Django: hosts and origins, the bearer token, then the SDK's transport."""

from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from functools import cache
from http import HTTPStatus
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.http.request import split_domain_port, validate_host
from django.utils.http import is_same_domain

from kernel import clock
from kernel.client_address import client_address
from machines.api import problems
from machines.mcp.caller import CALLER, Caller
from machines.mcp.threads import in_thread
from machines.tokens.authentication import TooMany, Unauthorized, authenticate

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type App = Callable[[Scope, Receive, Send], Awaitable[None]]

PATH = "/mcp"
RETRY_AFTER_SECONDS = 5


class McpEndpoint:
    """Answers ``/mcp`` and leaves everything else to what is behind it."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].rstrip("/") != PATH:
            await self._app(scope, receive, send)
            return
        headers = {name: text.decode("latin-1") for name, text in scope["headers"]}
        caller: Caller | HttpResponse | None = _refused(scope["method"], headers)
        if caller is None:
            caller = await in_thread(_caller, headers, scope.get("client"))
        if isinstance(caller, HttpResponse):
            await _send(caller, send)
            return
        serve = await in_thread(_transport)
        await serve({**scope, CALLER: caller}, receive, send)


@cache
def _transport() -> App:
    """The SDK takes a second to import, and memory: only in a process that is asked for it."""
    transport = import_module("machines.mcp.transport")
    serve: App = transport.serve
    return serve


def _refused(method: str, headers: dict[bytes, str]) -> HttpResponse | None:
    """Why a request is not looked at: another site sent it (DNS rebinding), or no POST.

    A stream of notifications (GET) has nothing to say here, and there is no session to end.
    """
    host, origin = headers.get(b"host", ""), headers.get(b"origin", "")
    if not validate_host(split_domain_port(host)[0], _allowed_hosts()):
        return problems.answer(HTTPStatus.MISDIRECTED_REQUEST, "This is not the host's name here.")
    if origin and not _is_own(origin, host):
        return problems.answer(HTTPStatus.FORBIDDEN, "Pages of other sites may not ask here.")
    if method != "POST":
        detail = "Send one message of the protocol in each POST."
        return problems.answer(HTTPStatus.METHOD_NOT_ALLOWED, detail, Allow="POST")
    return None


def _allowed_hosts() -> Iterable[str]:
    if settings.DEBUG and not settings.ALLOWED_HOSTS:
        return [".localhost", "127.0.0.1", "[::1]"]
    hosts: list[str] = settings.ALLOWED_HOSTS
    return hosts


def _is_own(origin: str, host: str) -> bool:
    """An origin of the host that was asked for, or one of ``CSRF_TRUSTED_ORIGINS``."""
    try:
        asked = urlsplit(origin)
    except ValueError:
        return False
    if asked.netloc.lower() == host.lower():
        return True
    trusted = (
        urlsplit(pattern.replace("://*.", "://.")) for pattern in settings.CSRF_TRUSTED_ORIGINS
    )
    return any(
        asked.scheme == one.scheme and is_same_domain(asked.netloc.lower(), one.netloc)
        for one in trusted
    )


def _caller(headers: dict[bytes, str], client: tuple[str, int] | None) -> Caller | HttpResponse:
    now = clock.now()
    peer, forwarded = (client or ("", 0))[0], headers.get(b"x-forwarded-for", "")
    address = client_address(peer, forwarded, settings.TRUSTED_PROXIES)
    try:
        token, actor = authenticate(headers.get(b"authorization", ""), address, now)
    except Unauthorized as error:
        return problems.answer(401, error.sentence, WWW_Authenticate='Bearer realm="Warroom"')
    except TooMany as error:
        detail = f"This token may ask {error.limit} times a minute."
        return problems.answer(429, detail, Retry_After=str(error.retry_after))
    except (OperationalError, InterfaceError):
        detail = "Warroom cannot reach its database now."
        return problems.answer(503, detail, Retry_After=str(RETRY_AFTER_SECONDS))
    return Caller(token, actor, now)


async def _send(answer: HttpResponse, send: Send) -> None:
    named = [(name.lower().encode(), text.encode("latin-1")) for name, text in answer.items()]
    headers = [*named, (b"content-length", str(len(answer.content)).encode())]
    start = {"type": "http.response.start", "status": answer.status_code, "headers": headers}
    await send(start)
    await send({"type": "http.response.body", "body": answer.content})
