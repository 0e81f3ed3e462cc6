"""Tests marked ``alone`` run last, one after the other, when no other worker has anything to do.

They start clusters of processes, which would slow what runs beside them and be slowed by it.
"""

from itertools import filterfalse
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import WorkStealingScheduling
from xdist.scheduler.worksteal import MIN_PENDING
from xdist.workermanage import WorkerController

LIST = "alone.txt"
"""A file in the folder of the run: the controller collects no tests and knows none of their
markers, so each worker writes down which ones run alone."""


def last(items: list[pytest.Item], run_folder: Path) -> None:
    """Put those that are marked behind all others."""
    marked = list(filter(is_alone, items))
    items[:] = [*filterfalse(is_alone, items), *marked]
    (run_folder / LIST).write_text("\n".join(item.nodeid for item in marked))


def is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


class AloneLast(WorkStealingScheduling):
    """xdist's scheduling by work stealing, followed by the tests that run alone, on one worker."""

    _alone: list[int] | None = None
    """The tests not yet begun that run alone, once it is known which they are."""

    def __init__(self, config: pytest.Config, log: Producer, run_folder: Path) -> None:
        super().__init__(config, log)
        self._run_folder = run_folder

    def check_schedule(self) -> None:
        if self._alone is None and self.collection is not None:
            marked = set((self._run_folder / LIST).read_text().split("\n"))
            self._alone = [n for n in self.pending if self.collection[n] in marked]
            self.pending = [n for n in self.pending if self.collection[n] not in marked]
        if not self._alone:
            super().check_schedule()
        elif not self._keep_all_busy():
            self._leave_one()

    @property
    def tests_finished(self) -> bool:
        return not self._alone and super().tests_finished

    def _up(self) -> dict[WorkerController, list[int]]:
        return {n: tests for n, tests in self.node2pending.items() if not n.shutting_down}

    def _idle(self) -> list[WorkerController]:
        """A worker begins a test only when it knows the next one, or that there is none."""
        return [node for node, tests in self._up().items() if len(tests) < MIN_PENDING]

    def _keep_all_busy(self) -> bool:
        """As the parent class does, but never ends a worker; whether there was a way."""
        idle = self._idle()
        for number, node in enumerate(idle):
            self._send_tests(node, len(self.pending) // (len(idle) - number))
        if self.steal_requested_from_node is not None or not self._idle():
            return True
        node, tests = max(self._up().items(), key=lambda each: len(each[1]))
        count = min(len(tests) // 2, max(0, len(tests) - MIN_PENDING))
        if count:
            node.send_steal(tests[-count:])
            self.steal_requested_from_node = node
        return bool(count)

    def _leave_one(self) -> None:
        """End the other workers; once they are done, give the one that stays what runs alone."""
        stays = next(iter(self._up()))
        idle = self._idle()
        for node in idle:
            if node is not stays:
                node.shutdown()
        others = (tests for node, tests in self.node2pending.items() if node is not stays)
        if stays in idle and not any(others):
            self.pending, self._alone = list(self._alone or ()), []
            self._send_tests(stays, len(self.pending))
