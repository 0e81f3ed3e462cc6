"""Asks the holder process for servers, and lets go of them."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warroom.up.embedded.data import BASE_DIR, DataFolder, NoServers


@contextmanager
def running_servers(data: DataFolder, *, fast: bool = False) -> Iterator[dict[str, str]]:
    """Servers on ``data`` for the length of the block; yields the environment that names them."""
    data.make()
    argv = [
        sys.executable,
        "-m",
        "warroom.up.embedded",
        str(data.path),
        *(["--fast"] if fast else []),
    ]
    # In a session of its own: Ctrl-C in the terminal reaches us, and we stop the servers last.
    holder = subprocess.Popen(
        argv,
        cwd=BASE_DIR,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert holder.stdin is not None
    assert holder.stdout is not None
    try:
        answer = holder.stdout.readline()
        answer_data = json.loads(answer or '{"refused": "The embedded servers did not start."}')
        if "refused" in answer_data:
            raise NoServers(answer_data["refused"])
        yield answer_data
    finally:
        holder.stdin.close()
        holder.wait()
        holder.stdout.close()


@contextmanager
def thrown_away() -> Iterator[dict[str, str]]:
    """Fast servers whose data goes with them, for tests and benchmarks."""
    with (
        tempfile.TemporaryDirectory(prefix="warroom-", dir=short_folder()) as folder,
        running_servers(DataFolder(Path(folder)), fast=True) as environment,
    ):
        yield environment


def short_folder() -> str:
    """Where a socket's path stays below the 104 characters that systems allow."""
    return "/tmp" if os.access("/tmp", os.W_OK | os.X_OK) else tempfile.gettempdir()  # noqa: S108
