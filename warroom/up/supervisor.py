"""Web, worker and beat under one parent: they start together and end together.

What dies in between is started again (``warroom.up.programs``). With more than one of a kind they
are a cluster: all web processes take connections from one listening socket, which the parent has
opened.
"""

import os
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from warroom.server.uvicorn_options import OPTIONS
from warroom.up.embedded.data import BASE_DIR
from warroom.up.orphans import MARK, end_leftovers
from warroom.up.parts import board, say
from warroom.up.programs import Program, Whole, Write

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


_STOP_SECONDS = 5.0
"""For a program to end after it was asked to; then it is killed."""

_SERVE_SECONDS = 300.0
"""For the first page; a start that takes longer does not come any more."""

_SAY_SECONDS = 10.0
"""Between two sentences about a start that takes long."""

_PYTHON = ("-W", "ignore:You're running the worker with superuser privileges")


def supervise(
    host: str, port: int, data: Path, write: Write, ready: Callable[[], None], shape: Shape
) -> list[str]:
    """Run all until a signal comes; call ``ready`` once the first page is served.

    ``write`` takes the programs' output. Empty when it was told to stop (Ctrl-C, SIGTERM); else why
    a part could not be kept running, and the last lines of that program.
    """
    whole = Whole(board)
    with ExitStack() as stack:
        listener = stack.enter_context(_listener(host, port)) if shape.web > 1 else None
        fd = listener.fileno() if listener else None
        programs = [
            Program(
                name,
                [sys.executable, *_PYTHON, "-m", *argv],
                whole=whole,
                write=write,
                environment=_environment(data),
                folder=BASE_DIR,
                fds=[fd] if fd and "uvicorn" in argv else [],
            )
            for name, argv in commands(host, port, data, shape, fd).items()
        ]
        stop = stack.enter_context(_stop_on_signals())
        stack.callback(_end_all, programs, whole, data, stop)
        for program in programs:
            program.start()
        watcher = threading.Thread(
            target=_call_when_served, args=(host, port, whole, ready), daemon=True
        )
        watcher.start()
        while not stop.signals and not board.failed.wait(0.2):
            pass
        if stop.signals:
            return []
        failed = next((program for program in programs if program.name in board.why), None)
        return [board.why, *(failed.last_lines if failed else ())]


def _environment(data: Path) -> dict[str, str]:
    """Of web, worker and beat: without the address of the role that could alter the record."""
    ours = {name: text for name, text in os.environ.items() if name != "MIGRATION_DATABASE_URL"}
    return {**ours, MARK: str(data), "PYTHONUNBUFFERED": "1"}


class _Stop:
    """How often somebody asked for the end: the second time they want it at once."""

    def __init__(self) -> None:
        self.signals = 0

    def __call__(self, *_: object) -> None:
        self.signals += 1
        again = " Once more ends it at once." if self.signals == 1 else ""
        say(f"Stopping.{again}")


@contextmanager
def _stop_on_signals() -> Iterator[_Stop]:
    stop = _Stop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as nohup does with the last
            signal.signal(number, stop)
    yield stop


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family, backlog=_BACKLOG)
    # Its connections inherit this. uvicorn takes a socket that it is handed for a Unix one, and so
    # does not say by itself that a push must not wait for the next.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def _end_all(programs: list[Program], whole: Whole, data: Path, stop: _Stop) -> None:
    """Ask each to end, insist after a while, and look for what a program has left behind."""
    whole.ending.set()
    asked = stop.signals
    for program in programs:
        program.end()
    until = time.monotonic() + _STOP_SECONDS
    for program in programs:
        while program.is_alive() and time.monotonic() < until and stop.signals <= max(asked, 1):
            program.join(0.1)
    late = [program.name for program in programs if program.is_alive()]
    if late:
        say(f"{', '.join(late)} did not end in time: killed.")
        for program in programs:
            program.end(insist=True)
    end_leftovers(data)
    for program in programs:
        program.join(_STOP_SECONDS)


def _call_when_served(host: str, port: int, whole: Whole, ready: Callable[[], None]) -> None:
    """Say why it takes long; a page that never comes ends the whole."""
    name = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104
    began = announced_at = time.monotonic()
    while not whole.ending.wait(0.1):
        cause = _not_served(f"http://{name}:{port}/readyz")
        if not cause:
            whole.served.set()
            ready()
            return
        now = time.monotonic()
        if now - began > _SERVE_SECONDS:
            board.give_up("web", f"no page in {_SERVE_SECONDS:.0f} s ({cause})")
            return
        if now - announced_at > _SAY_SECONDS:
            announced_at = now
            say(f"Waiting for the first page: {cause}.")


def served(address: str) -> bool:
    return not _not_served(address)


def _not_served(address: str) -> str:
    """Why it is not; empty when it is."""
    try:
        with urllib.request.urlopen(address, timeout=2):  # noqa: S310
            return ""
    except urllib.error.HTTPError as error:
        return f"it answers {error.code}"
    except urllib.error.URLError as error:
        return f"no answer yet ({error.reason})"
    except OSError as error:
        return f"no answer yet ({error})"
