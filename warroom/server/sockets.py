"""Which sockets are let in: those of our own pages, and not without end."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from kernel.client_address import client_address, is_in, network_of

MAX_PER_SESSION = 100
"""Open sockets of one session in one process: more than anybody has tabs."""

MAX_PER_NETWORK = 2_000
"""Open sockets without a session from one network in one process; more of its readers poll."""

TRY_AGAIN = 1013

_PORTS = {"http": 80, "https": 443}


class SocketGuard:
    """Refuses sockets of other sites, and those beyond the limits."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self._open: Counter[str] = Counter()

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        if not is_own_origin(headers.get(b"origin", ""), headers.get(b"host", ""), scope):
            await _refuse(receive, send)
            return
        owner, limit = _owner(scope, headers)
        if limit and self._open[owner] >= limit:
            await _refuse(receive, send, TRY_AGAIN)
            return
        self._open[owner] += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._open[owner] -= 1
            if not self._open[owner]:
                del self._open[owner]


def is_own_origin(origin: str, host: str, scope: dict[str, Any]) -> bool:
    """Whether a socket comes from a page of ours: the same scheme, host and port.

    As Django's check of forms has it: the host that was asked for, where it is one of
    ``ALLOWED_HOSTS``, or an origin of ``CSRF_TRUSTED_ORIGINS``.
    """
    asked = _parts(origin)
    if asked is None:
        return False
    is_secure = settings.SECURE_PROXY_SSL_HEADER is not None or scope.get("scheme") == "wss"
    own = _parts(f"{'https' if is_secure else 'http'}://{host}")
    is_known = validate_host(split_domain_port(host)[0], _allowed_hosts())
    if own == asked and is_known:
        return True
    return any(_matches(asked, pattern) for pattern in settings.CSRF_TRUSTED_ORIGINS)


def _allowed_hosts() -> Iterable[str]:
    if settings.DEBUG and not settings.ALLOWED_HOSTS:
        return [".localhost", "127.0.0.1", "[::1]"]
    return settings.ALLOWED_HOSTS


def _parts(origin: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(origin)
        port = parts.port or _PORTS[parts.scheme]
    except (ValueError, KeyError):
        return None
    return (parts.scheme, parts.hostname.lower(), port) if parts.hostname else None


def _matches(asked: tuple[str, str, int], pattern: str) -> bool:
    """``https://*.example.org`` stands for every host below it."""
    trusted = _parts(pattern.replace("://*.", "://"))
    if trusted is None or (asked[0], asked[2]) != (trusted[0], trusted[2]):
        return False
    below = "://*." in pattern
    return asked[1].endswith(f".{trusted[1]}") if below else asked[1] == trusted[1]


def _owner(scope: dict[str, Any], headers: dict[bytes, str]) -> tuple[str, int]:
    """Whose socket it is, and how many they may have; 0 without a limit."""
    session = _session(headers.get(b"cookie", ""))
    if session:
        return hashlib.sha256(session.encode()).hexdigest(), MAX_PER_SESSION
    peer = (scope.get("client") or ("", 0))[0]
    forwarded = headers.get(b"x-forwarded-for", "")
    address = client_address(peer, forwarded, settings.TRUSTED_PROXIES)
    # A proxy that does not say for whom it asks stands for everybody.
    limit = 0 if not address or is_in(address, settings.TRUSTED_PROXIES) else MAX_PER_NETWORK
    return network_of(address), limit


def _session(cookies: str) -> str:
    try:
        morsel = SimpleCookie(cookies).get(settings.SESSION_COOKIE_NAME)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


async def _refuse(receive: Any, send: Any, code: int = 1000) -> None:
    await receive()
    await send({"type": "websocket.close", "code": code})
