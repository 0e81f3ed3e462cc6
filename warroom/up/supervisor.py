"""Web, worker and beat under one parent: they start together and end together.

With more than one of a kind they are a cluster: all web processes take connections from one
listening socket, which the parent opened, and what dies is started again
(``warroom.up.restarting``).
"""

import multiprocessing
import os
import shlex
import socket
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from honcho.printer import Printer

from warroom.server.uvicorn_options import OPTIONS
from warroom.up.embedded.data import BASE_DIR
from warroom.up.orphans import MARK, end_leftovers
from warroom.up.restarting import HandingManager, RevivingManager

_BACKLOG = 2048

_UVICORN = (*OPTIONS, "--log-level", "warning", "--timeout-graceful-shutdown", "3")
_WORKER = (
    "--pool threads --concurrency 4 --loglevel WARNING "
    "--without-gossip --without-mingle --without-heartbeat"
)


@dataclass(frozen=True)
class Shape:
    """How many processes of each kind."""

    web: int = 1
    workers: int = 1
    beats: int = 1

    @property
    def cluster(self) -> bool:
        return self != Shape()


_SINGLE_PROCESSES = Shape()


def commands(
    host: str, port: int, data: Path, shape: Shape = _SINGLE_PROCESSES, fd: int | None = None
) -> dict[str, list[str]]:
    """What runs, by name. With ``fd``, a socket that listens already, the web opens none."""
    celery = ["celery", "--app", "warroom.celery", "--quiet"]
    place = ["--host", host, "--port", str(port)] if fd is None else ["--fd", str(fd)]
    web = ["uvicorn", "warroom.asgi:application", *place, *_UVICORN]
    by_name = dict.fromkeys(_names("web", shape.web), web)
    for name in _names("worker", shape.workers):
        by_name[name] = [*celery, "worker", *_WORKER.split(), "--hostname", f"{name}@%h"]
    for name in _names("beat", shape.beats):
        schedule = str(data / f"{name}-schedule")
        quiet = ["--pidfile=", "--loglevel", "WARNING"]
        by_name[name] = [*celery, "beat", "--schedule", schedule, *quiet]
    return by_name


def _names(kind: str, how_many: int) -> Iterable[str]:
    return [kind] if how_many == 1 else [f"{kind}-{number + 1}" for number in range(how_many)]


def supervise(
    host: str, port: int, data: Path, output: TextIO, ready: Callable[[], None], shape: Shape
) -> bool:
    """Run all until one ends or a signal comes; call ``ready`` once the first page is served.

    True when it was told to stop (Ctrl-C, SIGTERM), false when a process ended by itself: in a
    cluster only one that did so before the first page.
    """
    with ExitStack() as stack:
        listener = stack.enter_context(_listener(host, port)) if shape.web > 1 else None
        fd = listener.fileno() if listener else None
        manager = (RevivingManager if shape.cluster else HandingManager)(Printer(output))
        for name, argv in commands(host, port, data, shape, fd).items():
            _add(manager, name, argv, data, [fd] if fd and "uvicorn" in argv else [])
        return _run(manager, host, port, data, ready)


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # Its connections inherit this. uvicorn takes a socket that it is handed for a Unix one, and so
    # does not say by itself that a push must not wait for the next.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _add(manager: HandingManager, name: str, argv: list[str], data: Path, fds: list[int]) -> None:
    environment = {**os.environ, MARK: str(data), "PYTHONUNBUFFERED": "1"}
    line = "exec " + shlex.join([sys.executable, *_PYTHON, "-m", *argv])
    manager.add_process(name, line, env=environment, cwd=str(BASE_DIR)).fds = fds


def _run(
    manager: HandingManager, host: str, port: int, data: Path, ready: Callable[[], None]
) -> bool:
    over = threading.Event()

    def served() -> None:
        manager.served()
        ready()

    watcher = threading.Thread(target=_call_when_served, args=(host, port, over, served))
    watcher.start()
    try:
        manager.loop()
    except KeyError:
        pass  # A signal came before honcho knew the number of every child.
    finally:
        _end_all(data)
        over.set()
        watcher.join()
    return manager.returncode in _STOPPED_EXIT_CODES


def _end_all(data: Path) -> None:
    """Also what honcho does not know: a child that was just starting, a child's own children."""
    end_leftovers(data)
    while children := multiprocessing.active_children():
        children[0].join(1)
        end_leftovers(data)


_STOPPED_EXIT_CODES = (130, 143)
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
