"""Finds or starts the servers for a command, before the settings are read.

What the environment names wins. Else ``up`` starts embedded servers on the data folder, and every
other command uses those that an ``up`` runs there; only ``demo`` starts them when none run.
"""

import errno
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from warroom.up.embedded import DataFolder, NoServers, running_servers
from warroom.up.orphans import end_leftovers
from warroom.up.parts import board

_OFFLINE = {
    "",
    "help",
    "--help",
    "-h",
    "version",
    "--version",
    "collectstatic",
    "makemessages",
}
"""Commands that ask no server anything, and so work with names that lead nowhere."""

_TRUE = {"1", "true", "yes", "on"}

_NOWHERE = {
    "DATABASE_URL": "postgresql:///nowhere",
    "REDIS_URL": "redis://localhost",
    "SECRET_KEY": "only-for-commands-that-serve-nobody",
}


def elsewhere() -> bool:
    """Whether the environment names servers of its own. Embedded ones have an owner of theirs."""
    named = [name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)]
    if len(named) == 1:
        other = "REDIS_URL" if named[0] == "DATABASE_URL" else "DATABASE_URL"
        raise NoServers(f"{named[0]} is set and {other} is not: set both, or neither.")
    if not named and os.environ.get("MIGRATION_DATABASE_URL"):
        raise NoServers("MIGRATION_DATABASE_URL is set and DATABASE_URL is not: set both.")
    return bool(named)


@contextmanager
def servers_for(argv: list[str]) -> Iterator[None]:
    """Run the block with an environment in which the settings can be read."""
    command = argv[0] if argv else ""
    with ExitStack() as stack:
        if command == "up" and not {"--help", "-h"} & set(argv):
            _for_up(stack, argv)
        elif command in _OFFLINE or {"--help", "-h"} & set(argv):
            _default(_NOWHERE)
        elif not elsewhere():
            _default(_for_demo(stack) if command == "demo" else _running())
        elif not os.environ.get("SECRET_KEY"):
            raise NoServers("SECRET_KEY is not set: it must be the one that the web server has.")
        yield


def _for_up(stack: ExitStack, argv: list[str]) -> None:
    """Nothing starts before the folder is known to be ours and the port to be free."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    host, port = listening(argv)
    outside = elsewhere()
    data = DataFolder.default()
    data.make()
    try:
        stack.enter_context(data.locked("up", wait=False))
    except BlockingIOError as error:
        raise NoServers(
            f"Warroom runs already on the data in {data.path}: "
            "stop it first, or set WARROOM_DATA to another folder."
        ) from error
    except OSError as error:
        why = error.strerror or str(error)
        raise NoServers(f"The data folder {data.path} cannot be locked: {why}.") from error
    end_leftovers(data.path)
    _require_free(host, port)
    stack.callback(end_leftovers, data.path)
    _default({"SECRET_KEY": data.secret_key()})
    wanted = "--demo" in argv or os.environ.get("DEMO", "").lower() in _TRUE
    demo = wanted if outside else _is_demo(data, wanted=wanted)
    _default({"DEMO": "1" if demo else "0", "LOG_FORMAT": "line"})
    data.static.mkdir(exist_ok=True)
    _default({"STATIC_ROOT": str(data.static)})
    _default({"PROMETHEUS_MULTIPROC_DIR": str(data.metrics())})
    _default({"BASE_URL": f"http://localhost:{port}"})
    _default({"EMAIL_URL": f"file://{data.mail}"})
    if not outside:
        _default(stack.enter_context(running_servers(data, board=board)))


def _is_demo(data: DataFolder, *, wanted: bool) -> bool:
    """Whether embedded servers hold the demo: settled when their data is made, and never after."""
    if data.is_demo:
        return True
    if not data.is_new:
        if wanted:
            raise NoServers(
                f"The data in {data.path} is not the demo's: set WARROOM_DATA to a folder for it, "
                "such as `WARROOM_DATA=demo make demo`."
            )
        return False
    if wanted or _answers_yes():
        data.mark_as_demo()
        return True
    return False


def _answers_yes() -> bool:
    """Asked once, and only where somebody sits at a terminal."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return False
    question = "  Fill it with a demo, to try Warroom out? Its passwords are known to all. [y/N] "
    return input(question).strip().lower() in {"y", "yes"}


def listening(argv: list[str]) -> tuple[str, int]:
    """Host and port from ``--host`` and ``--port``, else from the environment."""
    host, port = os.environ.get("HOST") or "127.0.0.1", os.environ.get("PORT") or "8000"
    for word, following in zip(argv, [*argv[1:], ""], strict=False):
        name, equals_sign, value = word.partition("=")
        if name == "--port":
            port = value if equals_sign else following
        elif name == "--host":
            host = value if equals_sign else following
    if not port.isdecimal() or len(port) > 5 or not 0 < int(port) < 65536:
        raise NoServers(f"{port!r} is not a port: give a number from 1 to 65535.")
    return host, int(port)


def _require_free(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise NoServers(_why_not_bound(host, port, error)) from error


def _why_not_bound(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"Port {port} is taken: choose another, such as `make run PORT={port + 1}`."
    if isinstance(error, PermissionError):
        return f"Port {port} is not for this user: choose one from 1024, such as PORT=8000."
    why = error.strerror or str(error)
    return f"{host} is no address of this machine ({why}): HOST must be one."


def _running() -> dict[str, str]:
    data = DataFolder.default()
    running = data.running()
    if running is None:
        raise NoServers(
            f"No servers run on {data.path}: start them with `make run` in another terminal, "
            "or set DATABASE_URL, REDIS_URL and SECRET_KEY."
        )
    return running


def _for_demo(stack: ExitStack) -> dict[str, str]:
    """On the embedded servers, which are for trying Warroom out, the demo needs no leave."""
    data = DataFolder.default()
    data.make()
    _default({"DEMO": "1" if _is_demo(data, wanted=True) else "0"})
    return data.running() or stack.enter_context(running_servers(data))


def _default(environment: dict[str, str]) -> None:
    for name, value in environment.items():
        if not os.environ.get(name):
            os.environ[name] = value
