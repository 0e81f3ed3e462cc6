"""The log of all programs of ``up``: one file, rotated, for its owner alone.

Writing never waits and never raises. Lines that the disk does not take are counted, and the number
is written once it takes lines again.
"""

import os
import queue
import stat
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from warroom.up.parts import say

MAX_BYTES = 10 * 1024 * 1024
"""Of one file, after which the next is begun."""

MAX_FILES = 6
"""The current one and those before it."""

_MAX_LINES = 20_000
"""Lines; more than these come only while the disk takes none."""

_STOP_SECONDS = 3.0


class LogFile:
    """``path`` is appended to; ``path.1`` is the file before it."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path, self._max_bytes = path, max_bytes
        self._lines: queue.Queue[str | None] = queue.Queue(_MAX_LINES)
        self._lost, self._why = 0, ""
        self._descriptor: int | None = None
        self._thread = threading.Thread(target=self._run, name="log-file", daemon=True)
        self._thread.start()

    def __enter__(self) -> "LogFile":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        with suppress(queue.Full):
            self._lines.put_nowait(None)
            self._thread.join(_STOP_SECONDS)

    def write(self, name: str, line: str) -> None:
        """One line of a program."""
        try:
            self._lines.put_nowait(f"{time.strftime('%H:%M:%S')} {name:<9} | {line}\n")
        except queue.Full:
            self._lost += 1

    def drain(self) -> None:
        """Wait until everything so far was tried."""
        self._lines.join()

    def _run(self) -> None:
        while (line := self._lines.get()) is not None:
            self._take(line)
            self._lines.task_done()
        if self._descriptor is not None:
            os.close(self._descriptor)

    def _take(self, line: str) -> None:
        try:
            if self._lost:
                self._append(f"{self._lost} lines before this one were lost: {self._why}\n")
                self._lost = 0
            self._append(line)
        except OSError as error:
            self._note_lost(error.strerror or str(error))

    def _note_lost(self, why: str) -> None:
        if why != self._why:
            self._why = why
            say(f"The log {self.path} cannot be written ({why}): Warroom goes on without it.")
        self._lost += 1
        if self._descriptor is not None:
            with suppress(OSError):
                os.close(self._descriptor)
            self._descriptor = None

    def _append(self, text: str) -> None:
        if self._descriptor is None:
            self._descriptor = _open(self.path)
        if os.fstat(self._descriptor).st_size >= self._max_bytes:
            os.close(self._descriptor)
            self._descriptor = None
            rotate(self.path)
            self._descriptor = _open(self.path)
        left = memoryview(text.encode())
        while left:
            left = left[os.write(self._descriptor, left) :]


def rotate(path: Path) -> None:
    """Make room for a new file: each is renamed to the number after its own, the last one goes."""
    for number in range(MAX_FILES - 1, 0, -1):
        older = path if number == 1 else path.with_name(f"{path.name}.{number - 1}")
        with suppress(FileNotFoundError):
            older.replace(path.with_name(f"{path.name}.{number}"))


def _open(path: Path) -> int:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    if stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.fchmod(descriptor, 0o600)  # one that an older version made open to others
    return descriptor
