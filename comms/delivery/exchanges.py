"""Several exchanges at once, each on a thread of its own that never asks the database.

The thread that started them owns the database connection. It hears through ``events`` when a
message is about to be handed over, commits that, and lets its thread go on with ``approve``; and
when an exchange is over. So one connection is enough for a hundred receivers that hang.
"""

import queue
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from comms.delivery import OnHandover

type Exchange = Callable[[OnHandover], None]


class Abandoned(Exception):
    """Whoever started the exchange is gone: nothing may be handed over."""


@dataclass(eq=False, slots=True)
class Job[T]:
    """One message on its way to ``target``. ``error`` is why it failed, once it is over."""

    delivery: T
    target: tuple[str, int]
    exchange: Exchange
    is_suspect: bool = False
    began: float = field(default_factory=time.monotonic)
    is_over: bool = False
    error: Exception | None = None
    _answer: threading.Event = field(default_factory=threading.Event)
    _may_hand_over: bool = False

    def approve(self, *, may_hand_over: bool) -> None:
        self._may_hand_over = may_hand_over
        self._answer.set()

    def wait_for_approval(self) -> None:
        self._answer.wait()
        if not self._may_hand_over:
            raise Abandoned


class Exchanges[T]:
    """What is on its way now."""

    def __init__(self) -> None:
        self.in_flight: set[Job[T]] = set()
        self._events: queue.SimpleQueue[Job[T]] = queue.SimpleQueue()

    def start(self, job: Job[T]) -> None:
        self.in_flight.add(job)
        # A daemon: a process that ends does not wait for receivers that hang.
        threading.Thread(target=self._run, args=[job], name="delivery", daemon=True).start()

    def _run(self, job: Job[T]) -> None:
        def hand_over() -> None:
            self._events.put(job)
            job.wait_for_approval()

        try:
            job.exchange(hand_over)
        except Exception as error:  # noqa: BLE001  (a failing target must not stop the others)
            job.error = error
        job.is_over = True
        self._events.put(job)

    def events(self, timeout: float) -> Iterator[Job[T]]:
        """All jobs that something happened to; waits for the first, at most ``timeout`` seconds."""
        try:
            yield self._events.get(timeout=timeout)
            while True:
                yield self._events.get_nowait()
        except queue.Empty:
            return

    def abandon(self) -> None:
        for job in self.in_flight:
            job.approve(may_hand_over=False)


@contextmanager
def exchanging[T]() -> Iterator[Exchanges[T]]:
    """Nothing that was started within the block is handed over after it."""
    exchanges = Exchanges[T]()
    try:
        yield exchanges
    finally:
        exchanges.abandon()
