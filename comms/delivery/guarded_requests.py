"""``requests`` as Apprise gets to see it: guarded, without proxies, following nothing.

Put in the place of ``requests`` in Apprise's modules, so it holds for whatever they send, on any
thread, and for nothing else in the process. Outside of ``sending`` nothing is sent at all.
"""

import socket
import sys
import threading
import time
import types
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.util.connection import create_connection

from comms.delivery import Handed, Refused, guard

MOST = 64 * 1024
"""Bytes of an answer that are read."""

PATIENCE = 20.0
"""Seconds for everything that one message takes, however slowly the other side talks."""


@dataclass(slots=True)
class Sending:
    """One message on its way, perhaps in several requests; ``handed`` is called before the first.

    ``answer`` is what was said last, ``fault`` what kept a request from being answered.
    """

    handed: Handed
    until: float
    left: bool = False
    answer: requests.Response | None = None
    fault: Exception | None = None
    _sockets: list[socket.socket] = field(default_factory=list)

    def connected(self, host: str, port: int, timeout: Any, options: Any) -> socket.socket:
        if time.monotonic() > self.until:
            raise TimeoutError("it took too long")
        found = create_connection(
            (guard.open_address(host, port), port), timeout, socket_options=options
        )
        self._sockets.append(found.dup())  # stays ours when TLS takes the other over
        return found

    def leaves(self) -> None:
        """A connection stands and nothing was written to it."""
        if not self.left:
            self.handed()
            self.left = True

    def hang_up(self) -> None:
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for one in self._sockets:
            one.close()


_sending: ContextVar[Sending | None] = ContextVar("sending", default=None)


@contextmanager
def sending(handed: Handed) -> Iterator[Sending]:
    """What Apprise does meanwhile is one message."""
    found = Sending(handed, time.monotonic() + PATIENCE)
    token = _sending.set(found)
    end = threading.Timer(PATIENCE, found.hang_up)
    end.daemon = True
    end.start()
    try:
        yield found
    finally:
        end.cancel()
        _sending.reset(token)
        found.close()


def _now() -> Sending:
    found = _sending.get()
    if found is None:
        raise Refused("Nothing is sent from here.")
    return found


class _Guarded:
    def _new_conn(self: Any) -> socket.socket:
        return _now().connected(self._dns_host, self.port, self.timeout, self.socket_options)

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        _now().leaves()


class _Connection(_Guarded, HTTPConnection):
    pass


class _TlsConnection(_Guarded, HTTPSConnection):
    pass


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Connection


class _TlsPool(HTTPSConnectionPool):
    ConnectionCls = _TlsConnection


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _TlsPool}

    def proxy_manager_for(self, *_: Any, **__: Any) -> Any:
        raise Refused("Nothing is sent through a proxy.")


class Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.trust_env = False
        self.adapters.clear()
        self.mount("http://", _Adapter())
        self.mount("https://", _Adapter())

    def send(self, request: Any, **kwargs: Any) -> requests.Response:
        now = _now()
        now.answer = now.fault = None
        try:
            answer = super().send(request, **kwargs | {"allow_redirects": False, "stream": True})
            _read(answer)
        except Exception as fault:
            now.fault = fault
            raise
        now.answer = answer
        return answer


def _read(answer: requests.Response) -> None:
    """The beginning, as if it were all; then hang up."""
    with answer:
        read = b""
        for part in answer.iter_content(8 * 1024):
            read += part
            if len(read) >= MOST:
                break
    answer._content, answer._content_consumed = read[:MOST], True  # type: ignore[attr-defined]


def _request(method: str, url: str, **kwargs: Any) -> requests.Response:
    with Session() as session:
        return session.request(method, url, **kwargs)


class _Requests(types.ModuleType):
    """The names that plugins use; the ways around the guard are not among them."""

    Session = session = Session
    request = staticmethod(_request)

    def __getattr__(self, name: str) -> Any:
        if name in {"get", "post", "put", "patch", "delete", "head", "options"}:
            return lambda url, **kwargs: _request(name, url, **kwargs)
        if name in {"api", "sessions", "adapters"}:
            raise AttributeError(name)
        return getattr(requests, name)


_guarded = _Requests("requests")


def fence(package: str) -> None:
    """Let all that is loaded of ``package`` send through here."""
    for name, module in list(sys.modules.items()):
        if name == package or name.startswith(f"{package}."):
            for word, value in list(vars(module).items()):
                if value is requests:
                    setattr(module, word, _guarded)
