"""Web, worker and beat under one parent: they start together and end together."""

import multiprocessing
import os
import shlex
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TextIO

from honcho.manager import Manager
from honcho.printer import Printer

from warroom.embedded.data import BASE_DIR
from warroom.leftovers import MARK, end_leftovers

_UVICORN = (
    "--log-level warning --no-access-log --lifespan off "
    "--ws websockets-sansio --ws-per-message-deflate false --timeout-graceful-shutdown 3"
)
_WORKER = (
    "--pool threads --concurrency 4 --loglevel WARNING "
    "--without-gossip --without-mingle --without-heartbeat"
)


def commands(host: str, port: int, data: Path) -> dict[str, list[str]]:
    """What runs, by name."""
    celery = ["celery", "--app", "warroom.celery", "--quiet"]
    schedule = [
        "--schedule",
        str(data / "beat-schedule"),
        "--pidfile=",
        "--loglevel",
        "WARNING",
    ]
    return {
        "web": ["uvicorn", "warroom.asgi:application", "--host", host, "--port", str(port),
                *_UVICORN.split()],
        "worker": [*celery, "worker", *_WORKER.split()],
        "beat": [*celery, "beat", *schedule],
    }  # fmt: skip


def supervise(host: str, port: int, data: Path, output: TextIO, ready: Callable[[], None]) -> bool:
    """Run all until one ends or a signal comes; call ``ready`` once the first page is served.

    True when it was told to stop (Ctrl-C, SIGTERM), false when a process ended by itself.
    """
    manager = Manager(Printer(output))
    environment = {**os.environ, MARK: str(data), "PYTHONUNBUFFERED": "1"}
    for name, words in commands(host, port, data).items():
        line = "exec " + shlex.join([sys.executable, *_PYTHON, "-m", *words])
        manager.add_process(name, line, env=environment, cwd=str(BASE_DIR))
    over = threading.Event()
    watcher = threading.Thread(target=_call_when_served, args=(host, port, over, ready))
    watcher.start()
    try:
        manager.loop()
    except KeyError:
        pass  # A signal came before honcho knew the number of every child.
    finally:
        _end_all(data)
        over.set()
        watcher.join()
    return manager.returncode in _TOLD_TO_STOP


def _end_all(data: Path) -> None:
    """Also what honcho does not know: a child that was just starting, a child's own children."""
    end_leftovers(data)
    while children := multiprocessing.active_children():
        children[0].join(1)
        end_leftovers(data)


_TOLD_TO_STOP = (130, 143)
_PYTHON = ("-W", "ignore:You're running the worker with superuser privileges")


def _call_when_served(
    host: str, port: int, over: threading.Event, ready: Callable[[], None]
) -> None:
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    while not over.wait(0.1):
        if served(f"http://{name}:{port}/readyz"):
            ready()
            return


def served(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310
            return True
    except (urllib.error.URLError, OSError):
        return False
