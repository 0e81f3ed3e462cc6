"""Warroom as it runs, on a port, in a thread of the test process.

So a test can set the clock that the pages read. Database, channel layer and sockets are real.
"""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import uvicorn
from django.conf import settings
from django.db import connections
from django.test import Client

from incidents.models import Person
from warroom.server.uvicorn_options import HTTP_PROTOCOL, LOOP, MAX_MESSAGE_BYTES, WEBSOCKETS

TIMEOUT_SECONDS = 60.0
"""Seconds for the server to start and to end."""


class LiveApp:
    """Where the server listens, and sessions for those who come to it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"

    def session_of(self, person: Person) -> dict[str, str]:
        """The cookie of a new session, as Playwright takes it."""
        client = Client()
        client.force_login(person, "django.contrib.auth.backends.ModelBackend")
        name = settings.SESSION_COOKIE_NAME
        return {"name": name, "value": client.cookies[name].value, "url": self.url}


class _Server(uvicorn.Server):
    """Says when it listens, so that nobody has to ask again and again."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listens = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listens.set()


@contextmanager
def serving(app: Any = "warroom.asgi:application") -> Iterator[LiveApp]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = _Server(_config(app))
        thread = threading.Thread(target=server.run, args=([listener],), name="live-app")
        thread.start()
        try:
            assert server.listens.wait(TIMEOUT_SECONDS), "the server did not start"
            yield LiveApp(listener.getsockname()[1])
        finally:
            server.should_exit = True
            thread.join(TIMEOUT_SECONDS)
    assert not thread.is_alive(), "the server did not end"
    connections.close_all()


@pytest.fixture
def live_app(transactional_db: None) -> Iterator[LiveApp]:
    with serving() as app:
        yield app


def _config(app: Any) -> uvicorn.Config:
    """As ``manage.py up`` starts it: no lifespan, no compression on sockets, no access log."""
    return uvicorn.Config(
        app,
        loop=LOOP,
        http=HTTP_PROTOCOL,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws=WEBSOCKETS,
        ws_max_size=int(MAX_MESSAGE_BYTES),
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
