"""The folder that keeps what embedded servers need from one run to the next."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from warroom.server.secret_key import MIN_KEY_BYTES

BASE_DIR = Path(__file__).resolve().parent.parent.parent.parent


class NoServers(Exception):
    """The servers cannot be had; the text is one sentence for who started the program."""


class DataFolder:
    """``$WARROOM_DATA``, or ``var`` beside the code."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()

    @classmethod
    def default(cls) -> "DataFolder":
        return cls(Path(os.environ.get("WARROOM_DATA") or BASE_DIR / "var"))

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def postgres_log(self) -> Path:
        return self.path / "postgres.log"

    @property
    def log(self) -> Path:
        """That of web, worker and beat."""
        return self.path / "warroom.log"

    @property
    def parts(self) -> Path:
        """How each part of ``up`` fares (``warroom.up.parts``)."""
        return self.path / "parts.json"

    @property
    def static(self) -> Path:
        return self.path / "static"

    @property
    def mail(self) -> Path:
        """Where mail goes while no mail server is named."""
        return self.path / "mail"

    @property
    def is_new(self) -> bool:
        """Whether no database was ever made here."""
        return not self.postgres.exists()

    @property
    def is_demo(self) -> bool:
        """Whether it is the demo's: its people have a password that everybody knows."""
        return (self.path / "demo").exists()

    def mark_as_demo(self) -> None:
        (self.path / "demo").touch()

    def metrics(self) -> Path:
        """The folder in which processes share their figures, emptied: those before are gone."""
        folder = self.path / "metrics"
        folder.mkdir(exist_ok=True)
        for file in folder.glob("*.db"):
            file.unlink()
        return folder

    def make(self) -> None:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NoServers(
                f"Cannot make the data folder {self.path}: {error.strerror}."
            ) from error
        if not os.access(self.path, os.W_OK | os.X_OK):
            raise NoServers(
                f"The data folder {self.path} belongs to somebody else: "
                "set WARROOM_DATA to a folder of your own."
            )

    @contextmanager
    def locked(self, name: str, *, wait: bool) -> Iterator[None]:
        """Hold one of the folder's locks. It goes with the process and is not left to children.

        Without ``wait`` a lock that somebody holds raises ``BlockingIOError``.
        """
        with (self.path / f"{name}.lock").open("a") as file:
            fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            yield

    def secret_key(self) -> str:
        """The secret of this folder's installation, made once, readable by its owner alone."""
        file = self.path / "secret_key"
        if not file.exists():
            draft = file.with_suffix(f".{os.getpid()}")
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as writer:
                writer.write(secrets.token_urlsafe(50))
            draft.replace(file)
        try:
            key = file.read_text().strip()
        except OSError as error:
            raise NoServers(f"{file} cannot be read: {error.strerror}.") from error
        if len(key.encode()) < MIN_KEY_BYTES:
            raise NoServers(
                f"The secret in {file} is too short to sign anything: put back the one that was "
                "there, or remove the file; then everybody signs in again."
            )
        return key

    def announce(self, environment: dict[str, str]) -> None:
        """Tell our other processes where the servers are, and the secret: nobody else may read."""
        draft = self.path / "servers.json.new"
        draft.unlink(missing_ok=True)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as writer:
            json.dump(environment, writer)
        draft.replace(self.path / "servers.json")

    def withdraw(self) -> None:
        (self.path / "servers.json").unlink(missing_ok=True)

    def running(self) -> dict[str, str] | None:
        """The environment of the servers that run on this folder, if any do."""
        try:
            environment: dict[str, str] = json.loads((self.path / "servers.json").read_text())
        except PermissionError as error:
            raise NoServers(f"The data in {self.path} belongs to somebody else.") from error
        except (OSError, ValueError):
            return None
        return environment if not self._free("servers") else None

    def _free(self, name: str) -> bool:
        """Whether nobody holds the lock (the file says nothing: a killed holder leaves it)."""
        try:
            with self.locked(name, wait=False):
                return True
        except BlockingIOError:
            return False
