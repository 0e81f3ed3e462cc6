"""The holder: runs both servers until its input closes. Says one line of JSON when they are up."""

import argparse
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from warroom.up.embedded import postgres, valkey
from warroom.up.embedded.data import DataFolder, NoServers
from warroom.up.embedded.hold import short_folder


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m warroom.up.embedded")
    parser.add_argument("data", type=Path)
    parser.add_argument("--fast", action="store_true", help="for data that may be lost")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    data = DataFolder(arguments.data)
    try:
        with ExitStack() as stack:
            _say(_start(stack, data, fast=arguments.fast))
            sys.stdin.read()
    except NoServers as error:
        _say({"refused": str(error)})
        sys.exit(1)


def _start(stack: ExitStack, data: DataFolder, *, fast: bool) -> dict[str, str]:
    # A holder whose program was killed is still stopping its servers: wait for it.
    stack.enter_context(data.locked("servers", wait=True))
    sockets = stack.enter_context(_socket_folder(data))
    database = stack.enter_context(
        postgres.running(data.postgres, sockets / "pg", data.log, fast=fast)
    )
    redis = stack.enter_context(valkey.running(sockets / "valkey"))
    environment = {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "SECRET_KEY": data.secret_key(),
    }
    data.announce(environment)
    stack.callback(data.withdraw)
    return environment


@contextmanager
def _socket_folder(data: DataFolder) -> Iterator[Path]:
    """A short private path; what a killed holder left is named by its ``sockets`` file."""
    note = data.path / "sockets"
    if note.exists():
        shutil.rmtree(note.read_text(), ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="warroom-", dir=short_folder()))
    note.write_text(str(folder))
    if os.geteuid() == 0:
        # PostgreSQL's own account passes through; the folders inside are closed to others.
        folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        note.unlink()


def _say(what: dict[str, str]) -> None:
    print(json.dumps(what), flush=True)


if __name__ == "__main__":
    main()
