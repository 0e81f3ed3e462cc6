"""The holder: runs both servers until its input closes, and starts again what dies meanwhile.

It writes one line of JSON when they are up (the environment that names them and the folder of their
``sockets``, or ``refused``), and one for everything that happens afterwards:
``{"ended" | "started" | "failed": name, "cause", "pause"}``.
"""

import argparse
import json
import os
import select
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from warroom.up.embedded import postgres, valkey
from warroom.up.embedded.data import DataFolder, NoServers
from warroom.up.embedded.hold import short_folder
from warroom.up.orphans import end_valkey
from warroom.up.parts import Backoff

_LOOK_SECONDS = 0.2
"""Between two looks at whether both are alive."""

Server = postgres.Server | valkey.Server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m warroom.up.embedded")
    parser.add_argument("data", type=Path)
    parser.add_argument("--fast", action="store_true", help="for data that may be lost")
    parser.add_argument("--once", action="store_true", help="start nothing again that dies")
    parser.add_argument("--sockets", type=Path, help="the folder of a holder that died")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    data = DataFolder(arguments.data)
    try:
        with ExitStack() as stack:
            sockets, servers = _servers(stack, data, arguments.sockets, fast=arguments.fast)
            for server in servers:
                stack.callback(server.stop)
                server.start()
            environment = _addresses(*servers, alone=arguments.fast)
            environment["SECRET_KEY"] = data.secret_key()
            data.announce(environment)
            stack.callback(data.withdraw)
            _say(environment | {"sockets": str(sockets)})
            if arguments.once:
                sys.stdin.read()
            else:
                _watch(servers)
    except NoServers as error:
        _say({"refused": str(error)})
        sys.exit(1)


def _addresses(database: postgres.Server, redis: valkey.Server, *, alone: bool) -> dict[str, str]:
    """Two roles, but for data that may be lost: whoever has it alone makes databases there."""
    environment = {"DATABASE_URL": database.address, "REDIS_URL": redis.address}
    if not alone:
        environment["DATABASE_URL"] = database.application_address
        environment["MIGRATION_DATABASE_URL"] = database.address
    return environment


def _servers(
    stack: ExitStack, data: DataFolder, sockets: Path | None, *, fast: bool
) -> tuple[Path, tuple[postgres.Server, valkey.Server]]:
    # A holder whose program was killed is still stopping its servers: wait for it.
    stack.enter_context(data.locked("servers", wait=True))
    folder = stack.enter_context(_socket_folder(data, sockets))
    home = folder / "valkey"
    home.mkdir(mode=0o700, exist_ok=True)
    database = postgres.Server(data.postgres, folder / "pg", data.postgres_log, fast=fast)
    return folder, (database, valkey.Server(home))


def _watch(servers: tuple[Server, ...]) -> None:
    """Until the input closes. What cannot be started again ends with ``NoServers``."""
    backoffs = {server.name: Backoff() for server in servers}
    while not _closes(_LOOK_SECONDS):
        for server in servers:
            if not server.is_alive() and not _restart(server, backoffs[server.name]):
                return


def _restart(server: Server, backoff: Backoff) -> bool:
    """False when the input closed meanwhile."""
    cause = server.cause()
    while True:
        pause = backoff.next_pause()
        if pause is None:
            _say({"failed": server.name, "cause": cause})
            raise NoServers(cause)
        _say({"ended": server.name, "cause": cause, "pause": pause})
        if _closes(pause):
            return False
        backoff.started()
        try:
            server.start()
        except NoServers as error:
            cause = str(error)
            continue
        _say({"started": server.name})
        return True


def _closes(seconds: float) -> bool:
    """Whether the input closed within so many seconds."""
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0:
        readable, _, _ = select.select([sys.stdin], [], [], left)
        if readable and not os.read(sys.stdin.fileno(), 1024):
            return True
    return False


@contextmanager
def _socket_folder(data: DataFolder, again: Path | None) -> Iterator[Path]:
    """A short private path. ``again`` is that of a holder that died, whose address is in use."""
    note = data.path / "sockets"
    if note.exists():
        # Of a holder that was killed. Its PostgreSQL is stopped as ours is started.
        end_valkey(Path(note.read_text()) / "valkey" / "socket")
        if again is None:
            shutil.rmtree(note.read_text(), ignore_errors=True)
    folder = again or Path(tempfile.mkdtemp(prefix="warroom-", dir=short_folder()))
    folder.mkdir(mode=0o700, exist_ok=True)
    note.write_text(str(folder))
    if os.geteuid() == 0:
        # PostgreSQL's own account passes through; the folders inside are closed to others.
        folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        note.unlink(missing_ok=True)


def _say(what: dict[str, object]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
