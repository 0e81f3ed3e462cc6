"""Warroom's web process as production runs it, on the test's database: a process of its own."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import httpx
from django.db import connection

from tests.helpers.live_app import LiveApp
from warroom.server.uvicorn_options import OPTIONS
from warroom.up.embedded.data import BASE_DIR

TIMEOUT_SECONDS = 60.0
"""Seconds for it to start: it imports everything."""


class WebProcess(LiveApp):
    def __init__(self, port: int, pid: int, log: Path) -> None:
        super().__init__(port)
        self.pid, self.log = pid, log

    def visitor(self, cookie: dict[str, str] | None = None) -> httpx.Client:
        """A browser, with the session of whoever it is."""
        cookies = {cookie["name"]: cookie["value"]} if cookie else None
        return httpx.Client(base_url=self.url, cookies=cookies, timeout=TIMEOUT_SECONDS)


@contextmanager
def web_process(folder: Path, **settings: str) -> Iterator[WebProcess]:
    """One that answers; ``settings`` are its environment beside the test's own."""
    log = folder / "web.log"
    env = {**os.environ, "DATABASE_URL": database_url(), **settings}
    with socket.create_server(("127.0.0.1", 0), backlog=512) as listener, log.open("w") as written:
        words = [sys.executable, "-m", "uvicorn", "warroom.asgi:application", *OPTIONS]
        words += ["--fd", str(listener.fileno())]
        fds = [listener.fileno()]
        process = subprocess.Popen(words, cwd=BASE_DIR, env=env, pass_fds=fds, stderr=written)
        try:
            web = WebProcess(listener.getsockname()[1], process.pid, log)
            # It listens before it has started.
            httpx.get(f"{web.url}/healthz", timeout=TIMEOUT_SECONDS).raise_for_status()
            yield web
        finally:
            process.terminate()
            process.wait(TIMEOUT_SECONDS)


def database_url() -> str:
    """Of the database that the test's own connection has."""
    parts = urlsplit(os.environ["DATABASE_URL"])
    return urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}"))
