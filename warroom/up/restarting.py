"""In a cluster a process that ends by itself is started again, and the others go on.

honcho runs each process from a small process of its own; so the one that waits for it starts it
anew, and the manager hears only of the new number. What ends before the first page was served has
another reason than bad luck: then all are stopped, as without a cluster, and the log says why.
"""

import multiprocessing
import time
from collections.abc import Iterable
from functools import partial
from itertools import chain, repeat
from typing import Any

from honcho.manager import Manager
from honcho.printer import Printer
from honcho.process import Popen, Process

PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before it is started again: longer each time, while it does not stay."""

STEADY = 60.0
"""Seconds after which a process has stayed, and a new end is the first again."""

_SHORTEST = 0.5
"""Seconds after which a process that waits looks whether the whole still runs."""


class HandedProcess(Process):
    """honcho's, which hands some open files on to its program."""

    fds: Iterable[int] = ()

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        self._child_ctor = partial(Popen, pass_fds=tuple(self.fds))
        super().run(events, ignore_signals)


class RevivedProcess(HandedProcess):
    """Runs its program again and again until the manager is ending."""

    def __init__(self, served: Any, ending: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._served, self._ending = served, ending
        self._stop: dict[str, Any] = {}

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        pauses = _pauses()
        while True:
            began = time.monotonic()
            super().run(events, ignore_signals)
            if not self._goes_on():
                break
            if time.monotonic() - began > STEADY:
                pauses = _pauses()
            if not self._wait(next(pauses)):
                break
        super()._send_message(self._stop, type="stop")

    def _send_message(self, data: Any, type: str = "line") -> None:
        """The manager hears of an end only when it is for good."""
        if type == "stop":
            self._stop = data
            return
        super()._send_message(data, type=type)
        if type == "start" and self._ending.is_set():
            self._child.terminate()  # told to end in the moment in which it was started anew

    def _goes_on(self) -> bool:
        parent = multiprocessing.parent_process()
        alive = parent is not None and parent.is_alive()
        return alive and self._served.is_set() and not self._ending.is_set()

    def _wait(self, seconds: float) -> bool:
        """Let the pause pass; false when the whole ends meanwhile."""
        code = self._stop["returncode"]
        line = f"ended by itself (rc={code}), starting again in {seconds:g} s\n"
        self._send_message(line.encode())
        until = time.monotonic() + seconds
        while self._goes_on() and (left := until - time.monotonic()) > 0:
            self._ending.wait(min(left, _SHORTEST))
        return self._goes_on()


class HandingManager(Manager):
    """honcho's, of processes that may be handed open files."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        self._process_ctor = HandedProcess

    def served(self) -> None:
        """The first page was served."""


class RevivingManager(HandingManager):
    """One whose processes are started again."""

    def __init__(self, printer: Printer) -> None:
        super().__init__(printer)
        self._served, self._ending = multiprocessing.Event(), multiprocessing.Event()
        self._process_ctor = partial(RevivedProcess, self._served, self._ending)

    def served(self) -> None:
        self._served.set()

    def terminate(self) -> None:
        self._ending.set()
        super().terminate()


def _pauses() -> Iterable[float]:
    return chain(PAUSES, repeat(PAUSES[-1]))
