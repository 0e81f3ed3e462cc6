"""How each part of ``up`` fares: said on the terminal, and kept in a file for ``/operations/``.

A part is a program or a server that ``up`` runs. Whoever runs it reports here; nothing here raises,
as a full disk or a closed terminal is no reason to stop what works.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from itertools import chain, repeat
from pathlib import Path
from typing import Any

PAUSES_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Before a part is started again: longer each time, while it does not stay."""

STEADY_SECONDS = 60.0
"""After which a part has stayed, and a new end is the first again."""

MAX_RESTARTS = 15
"""In a row, which takes some two minutes: what never stays is not mended by one start more."""


class State(StrEnum):
    RUNNING = "running"
    RESTARTING = "restarting"
    FAILED = "failed"


@dataclass(frozen=True)
class Part:
    """Times are seconds since 1970; ``ends`` is how often it ended by itself since ``up`` began."""

    state: State
    since: float
    ends: int = 0
    ended_at: float | None = None
    cause: str = ""


class Backoff:
    """The pauses of one part, which begin anew once it has stayed."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._in_a_row = 0

    def started(self) -> None:
        self._began = time.monotonic()

    def next_pause(self) -> float | None:
        """Seconds until it is to be started again; ``None`` when it was tried often enough."""
        if time.monotonic() - self._began > STEADY_SECONDS:
            self._in_a_row = 0
        self._in_a_row += 1
        if self._in_a_row > MAX_RESTARTS:
            return None
        pauses = chain(PAUSES_SECONDS, repeat(PAUSES_SECONDS[-1]))
        return next(pause for number, pause in enumerate(pauses, 1) if number == self._in_a_row)


class Board:
    """What ``up`` knows of its parts. Any thread may report."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parts: dict[str, Part] = {}
        self._file: Path | None = None
        self.failed = threading.Event()
        """A part cannot be had: ``why`` says which, and everything is to end."""
        self.why = ""

    def keep_in(self, file: Path) -> None:
        self._file = file
        self._write()

    def started(self, name: str) -> None:
        with self._lock:
            before = self._parts.get(name)
            part = before or Part(State.RUNNING, time.time())
            self._parts[name] = replace(part, state=State.RUNNING, since=time.time())
            self._write()
        if before is not None:
            say(f"{name} runs again.")

    def ended(self, name: str, cause: str, pause: float) -> None:
        """A part ended by itself, and is started again after so many seconds."""
        self._note(name, State.RESTARTING, cause)
        say(f"{name} ended by itself ({cause}): it is started again in {pause:g} s.")

    def give_up(self, name: str, cause: str) -> None:
        self._note(name, State.FAILED, cause)
        self.why = self.why or f"{name} cannot be kept running: {cause}"
        say(f"{name} ended by itself ({cause}), and is not started again.")
        self.failed.set()

    def _note(self, name: str, state: State, cause: str) -> None:
        now = time.time()
        with self._lock:
            ends = self._parts[name].ends + 1 if name in self._parts else 1
            self._parts[name] = Part(state, now, ends, now, cause)
            self._write()

    def _write(self) -> None:
        if self._file is None:
            return
        draft = self._file.with_suffix(".new")
        with suppress(OSError):
            text = json.dumps({name: asdict(part) for name, part in self._parts.items()})
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w") as writer:
                writer.write(text)
            draft.replace(self._file)


def read_parts(file: Path) -> Mapping[str, Part]:
    """What ``up`` has kept there; nothing when it keeps nothing there."""
    try:
        rows: dict[str, dict[str, Any]] = json.loads(file.read_text())
        return {name: Part(**row | {"state": State(row["state"])}) for name, row in rows.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def say(sentence: str) -> None:
    """On the terminal of whoever started ``up``."""
    with suppress(OSError, ValueError):
        print(f"  {time.strftime('%H:%M:%S')}  {sentence}", file=sys.stderr, flush=True)


board = Board()
"""That of this process."""
