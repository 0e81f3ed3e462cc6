"""A replacement for ``requests`` in Apprise: guarded, without proxies and redirects.

It replaces ``requests`` in Apprise's modules only, so it covers whatever they send, on any thread,
and nothing else in the process. Outside of ``sending`` nothing can be sent.
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

from comms.delivery import OnHandover, Refused, guard

MAX_ANSWER_BYTES = 64 * 1024
"""At most so much of an answer is read."""

TIMEOUT_SECONDS = 20.0
"""For everything that one message takes, however slowly the other side answers."""


@dataclass(slots=True)
class Sending:
    """One message on its way, perhaps in several requests; ``handed`` is called before the first.

    ``answer`` is what was said last, ``fault`` what kept a request from being answered.
    """

    on_handover: OnHandover
    until: float
    left: bool = False
    answer: requests.Response | None = None
    fault: Exception | None = None
    _sockets: list[socket.socket] = field(default_factory=list)

    def connected(self, host: str, port: int, timeout: Any, options: Any) -> socket.socket:
        if time.monotonic() > self.until:
            raise TimeoutError("it took too long")
        connection = create_connection(
            (guard.resolve_public_address(host, port), port), timeout, socket_options=options
        )
        self._sockets.append(connection.dup())  # stays ours when TLS takes over the other one
        return connection

    def leaves(self) -> None:
        """Called once connected, before anything is written."""
        if not self.left:
            self.on_handover()
            self.left = True

    def hang_up(self) -> None:
        for sock in self._sockets:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        for sock in self._sockets:
            sock.close()


_sending: ContextVar[Sending | None] = ContextVar("sending", default=None)


@contextmanager
def sending(on_handover: OnHandover) -> Iterator[Sending]:
    """Everything that Apprise sends within the block belongs to one message."""
    message = Sending(on_handover, time.monotonic() + TIMEOUT_SECONDS)
    token = _sending.set(message)
    end = threading.Timer(TIMEOUT_SECONDS, message.hang_up)
    end.daemon = True
    end.start()
    try:
        yield message
    finally:
        end.cancel()
        _sending.reset(token)
        message.close()


def _current() -> Sending:
    message = _sending.get()
    if message is None:
        raise Refused("Nothing is sent from here.")
    return message


class _Guarded:
    def _new_conn(self: Any) -> socket.socket:
        return _current().connected(self._dns_host, self.port, self.timeout, self.socket_options)

    def connect(self) -> None:
        super().connect()  # type: ignore[misc]
        _current().leaves()


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
        now = _current()
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
    """Read the beginning of an answer as if it were all, and close."""
    with answer:
        read = b""
        for part in answer.iter_content(8 * 1024):
            read += part
            if len(read) >= MAX_ANSWER_BYTES:
                break
    answer._content, answer._content_consumed = read[:MAX_ANSWER_BYTES], True  # type: ignore[attr-defined]


def _request(method: str, url: str, **kwargs: Any) -> requests.Response:
    with Session() as session:
        return session.request(method, url, **kwargs)


class _Requests(types.ModuleType):
    """The names that plugins use, without those that would bypass the guard."""

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
    """Replace ``requests`` in all loaded modules of ``package``."""
    for name, module in list(sys.modules.items()):
        if name == package or name.startswith(f"{package}."):
            for word, value in list(vars(module).items()):
                if value is requests:
                    setattr(module, word, _guarded)
