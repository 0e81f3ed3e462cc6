"""What is to be sent, one file each, until the server has it.

Each is on disk before it is first sent, so that nothing is lost and a key is never made twice.
What the server refused lies beside the queue: it is not sent again and not thrown away.
"""

import fcntl
import json
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from warroom_cli.settings import state_folder


@dataclass(frozen=True)
class Entry:
    """A write that waits: ``body`` is its JSON, sent with ``key`` byte for byte each time.

    ``part`` is ``evidence`` or ``notes``; ``incident`` is 0 where it is the token's own, whose
    ``token_mark`` is kept so that another token's incident is never taken for it. ``url`` is
    empty where no server was set yet.
    """

    part: str
    body: str
    incident: int
    url: str
    token_mark: str
    key: str


def new_entry(part: str, content: dict[str, object], incident: int, url: str, mark: str) -> Entry:
    """An entry of what ``content`` has; empty fields are left to the server."""
    given = {name: field for name, field in content.items() if field not in (None, "")}
    body = json.dumps(given, ensure_ascii=False).encode("utf-8", "replace").decode()
    return Entry(part, body, incident, url, mark, str(uuid.uuid4()))


def keep(entry: Entry) -> Path:
    """Write it where only its owner reads it, and return once it is on the disk."""
    folder = queue_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{time.time_ns():020}-{entry.key}.json"
    written = path.with_suffix(".part")
    with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(asdict(entry), file)
        file.flush()
        os.fsync(file.fileno())
    written.replace(path)
    _sync(folder)
    return path


def waiting() -> list[Path]:
    """The oldest first."""
    try:
        return sorted(queue_folder().glob("*.json"))
    except OSError:
        return []


@contextmanager
def claimed(path: Path) -> Iterator[Entry | None]:
    """The entry, for us alone; ``None`` where another process sends it, or has sent it."""
    try:
        file = path.open()
    except FileNotFoundError:
        yield None
        return
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield None
            return
        yield Entry(**json.load(file)) if path.exists() else None


def done(path: Path) -> None:
    path.unlink(missing_ok=True)


def set_aside(path: Path) -> Path:
    """Move what was refused out of the queue."""
    folder = path.parent.parent / "refused"
    folder.mkdir(exist_ok=True, mode=0o700)
    return path.replace(folder / path.name)


def with_incident(entry: Entry, incident: int) -> Entry:
    return entry if entry.incident else replace(entry, incident=incident)


def queue_folder() -> Path:
    return state_folder() / "queue"


def _sync(folder: Path) -> None:
    """The name of a new file is on the disk when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
