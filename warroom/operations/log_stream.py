"""The handler of every process's log: never waits for whoever reads it, never raises, never floods.

Lines go to the standard error by a thread of their own. What cannot be written is counted. A fault
that comes again and again is written once, and then how often it came.
"""

import logging
import os
import queue
import re
import sys
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

MAX_LINES = 10_000
"""Lines that wait for the reader; further ones are lost and counted."""

WINDOW_SECONDS = 60.0
"""In which a fault that comes again is counted in place of written."""

MAX_FAULTS = 500
"""Kinds of fault that are remembered."""

_FLUSH_SECONDS = 2.0
_NUMBER = re.compile(r"[0-9a-f]{8,}|\d+")

Key = tuple[str, int, str, str]


@dataclass
class _Fault:
    since: float
    record: logging.LogRecord
    repeats: int = 0


class Repeats:
    """Which lines are the same fault again. Numbers and ids in a message make no other fault."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._faults: OrderedDict[Key, _Fault] = OrderedDict()

    def is_new(self, record: logging.LogRecord) -> bool:
        """Whether it is to be written. What is no warning always is."""
        if record.levelno < logging.WARNING:
            return True
        key, now = _key(record), self._clock()
        with self._lock:
            fault = self._faults.get(key)
            if fault is not None:
                fault.repeats += 1
                return False
            self._faults[key] = _Fault(now, record)
            if len(self._faults) > MAX_FAULTS:
                self._faults.popitem(last=False)
        return True

    def over(self) -> list[logging.LogRecord]:
        """A line for each fault whose window is over and that came again in it."""
        now, lines = self._clock(), []
        with self._lock:
            while self._faults:
                key, fault = next(iter(self._faults.items()))
                if now - fault.since < WINDOW_SECONDS:
                    break
                del self._faults[key]
                if fault.repeats:
                    lines.append(_summary(fault))
                    self._faults[key] = _Fault(now, fault.record)
        return lines


def _key(record: logging.LogRecord) -> Key:
    error = record.exc_info[0] if record.exc_info else None
    name = error.__name__ if error else ""
    return record.name, record.levelno, name, _NUMBER.sub("#", record.getMessage()[:500])


def _summary(fault: _Fault) -> logging.LogRecord:
    first = fault.record.getMessage().partition("\n")[0][:200]
    message = f"{fault.repeats} times more in {WINDOW_SECONDS:.0f} s: {first}"
    return logging.makeLogRecord(
        {
            "name": fault.record.name,
            "levelno": fault.record.levelno,
            "levelname": fault.record.levelname,
            "msg": message,
            "repeats": fault.repeats,
        }
    )


class SteadyHandler(logging.Handler):
    """Writes to the standard error, or to another file by its descriptor."""

    def __init__(self, descriptor: int | None = None) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._repeats = Repeats()
        self._lines: queue.Queue[tuple[int, str]] = queue.Queue(MAX_LINES)
        self._lost = 0
        self._thread: threading.Thread | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            if self._repeats.is_new(record):
                # Here, and not by the thread: the line says which request it is of.
                self._put(self._where(), self.format(record))
        except Exception:  # noqa: BLE001  a line that cannot be made is no reason to fail
            self._lost += 1

    def _where(self) -> int:
        return sys.stderr.fileno() if self._descriptor is None else self._descriptor

    def _put(self, descriptor: int, line: str) -> None:
        try:
            self._lines.put_nowait((descriptor, line))
        except queue.Full:
            self._lost += 1
        if self._thread is None or not self._thread.is_alive():  # none yet, or another process's
            self._thread = threading.Thread(target=self._run, name="log", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        while True:
            with suppress(queue.Empty):
                descriptor, line = self._lines.get(timeout=1)
                self._write(descriptor, line)
                self._lines.task_done()
            for record in self._repeats.over():
                with suppress(OSError, ValueError):
                    self._write(self._where(), self.format(record))

    def _write(self, descriptor: int, line: str) -> None:
        try:
            if self._lost:
                counted = f"{self._lost} lines of the log were lost before this one\n"
                self._write_all(descriptor, counted)
                self._lost = 0
            self._write_all(descriptor, f"{line}\n")
        except (OSError, ValueError):
            self._lost += 1

    @staticmethod
    def _write_all(descriptor: int, text: str) -> None:
        left = memoryview(text.encode(errors="replace"))
        while left:
            left = left[os.write(descriptor, left) :]

    def flush(self) -> None:
        """Wait for what was logged so far, though not for long; called as the process ends."""
        end = time.monotonic() + _FLUSH_SECONDS
        with self._lines.all_tasks_done:
            while self._lines.unfinished_tasks and (left := end - time.monotonic()) > 0:
                self._lines.all_tasks_done.wait(left)
