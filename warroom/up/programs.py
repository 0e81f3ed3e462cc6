"""A program of ``up``: run, its output carried to the log, started again when it ends by itself.

What ends before the first page was served has another reason than bad luck: it is given up at once,
and so the whole ends with the cause.
"""

import os
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO

from kernel.text import mask_secrets
from warroom.up.parts import Backoff, Board

_MAX_LINE_BYTES = 64 * 1024
_MAX_CAUSE = 300
_LAST_LINES = 20
"""Of a program that ended, for whoever wants to know why."""

Write = Callable[[str, str], None]
"""Takes the name of a program and a line of its output."""


class Whole:
    """What all programs share: whether the first page was served, and whether all are to end."""

    def __init__(self, board: Board) -> None:
        self.board = board
        self.served = threading.Event()
        self.ending = threading.Event()


class Program(threading.Thread):
    def __init__(
        self,
        name: str,
        argv: list[str],
        *,
        whole: Whole,
        write: Write,
        environment: Mapping[str, str],
        folder: Path,
        fds: Iterable[int] = (),
    ) -> None:
        super().__init__(name=name, daemon=True)
        self._argv, self._environment, self._folder = argv, environment, folder
        self._whole, self._write, self._fds = whole, write, tuple(fds)
        self._process: subprocess.Popen[bytes] | None = None
        self.last_lines: deque[str] = deque(maxlen=_LAST_LINES)

    def run(self) -> None:
        backoff = Backoff()
        while not self._whole.ending.is_set():
            backoff.started()
            cause = self._run_once()
            if self._whole.ending.is_set():
                return
            pause = backoff.next_pause() if self._whole.served.is_set() else None
            if pause is None:
                self._whole.board.give_up(self.name, cause)
                return
            self._whole.board.ended(self.name, cause, pause)
            self._write(self.name, f"ended by itself ({cause}), starting again in {pause:g} s")
            self._whole.ending.wait(pause)

    def _run_once(self) -> str:
        """Answers why it ended."""
        self.last_lines.clear()
        try:
            self._process = subprocess.Popen(
                self._argv,
                env=self._environment,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                pass_fds=self._fds,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end it
            )
        except OSError as error:
            return error.strerror or str(error)
        if self._whole.ending.is_set():
            self.end()  # told to end in the moment in which it was started
        self._whole.board.started(self.name)
        with self._process:
            assert self._process.stdout is not None
            self._carry(self._process.stdout)
        return self._cause(self._process.returncode)

    def _carry(self, output: IO[bytes]) -> None:
        while piece := output.readline(_MAX_LINE_BYTES):
            line = piece.decode(errors="replace").rstrip("\n")
            self.last_lines.append(line)
            self._write(self.name, line)

    def _cause(self, code: int) -> str:
        """How it ended, and the last that it wrote of an error."""
        ended = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        errors = [line.strip() for line in self.last_lines if "Error" in line]
        return mask_secrets(f"{ended}: {errors[-1]}"[:_MAX_CAUSE]).text if errors else ended

    def end(self, *, insist: bool = False) -> None:
        if self._process is not None and self._process.poll() is None:
            with suppress(ProcessLookupError):
                if insist:
                    os.killpg(self._process.pid, signal.SIGKILL)
                else:
                    self._process.terminate()
