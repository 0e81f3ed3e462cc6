"""In which order two workers run the tests.

A test marked ``alone`` starts a cluster of processes, which would slow a browser beside it and be
slowed by it. So those come late, one after the other, on one worker. As a cluster mostly waits, the
other worker meanwhile runs tests that wait for nobody: those of ``BESIDE``, held back until then.

While the first worker migrates a database, the second runs what needs none.
"""

import json
from itertools import filterfalse
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import WorkStealingScheduling
from xdist.scheduler.worksteal import MIN_PENDING
from xdist.workermanage import WorkerController

BESIDE = ("tests/incidents/facts/", "tests/incidents/views/", "tests/lanes/", "tests/retros/")
"""Where no test asks how long something takes."""

LISTS = "late.json"
"""A file in the folder of the run: the controller collects no tests and knows none of their
markers, so each worker writes down which ones come late."""


def last(items: list[pytest.Item], needs_none: list[pytest.Item], run_folder: Path) -> None:
    """Put those that are marked behind all others; ``needs_none`` are those without a database."""
    marked = list(filter(is_alone, items))
    items[:] = [*filterfalse(is_alone, items), *marked]
    beside = [one for one in items if one.nodeid.startswith(BESIDE)]
    (run_folder / LISTS).write_text(
        json.dumps([[one.nodeid for one in some] for some in (beside, marked, needs_none)])
    )


def is_alone(item: pytest.Item) -> bool:
    return item.get_closest_marker("alone") is not None


class AloneLast(WorkStealingScheduling):
    """xdist's scheduling by work stealing, of some tests later than of others.

    When the first worker has nothing to do any more, and nothing to steal, it begins what is held
    back; the next one begins what runs alone, of which nobody steals.
    """

    def __init__(self, config: pytest.Config, log: Producer, run_folder: Path) -> None:
        super().__init__(config, log)
        self._run_folder = run_folder
        self._is_split = self._is_late = False
        self._beside: list[int] = []
        self._alone: list[int] = []
        """Both held back, until they are given out."""
        self._runs_alone: set[int] = set()

    def check_schedule(self) -> None:
        if not self._is_split and self.collection is not None:
            self._hold_back(self.collection)
        while idle := self._idle():
            if self._is_late and self._alone and not self.pending:
                self.pending, self._alone = self._alone, []
                self._send_tests(idle[0], len(self.pending))
            elif self._keep_all_busy():
                return
            elif not self._is_late:
                self._is_late = True
                self.pending, self._beside = self._beside, []
            else:
                for node in idle:
                    node.shutdown()
                return

    def _hold_back(self, collection: list[str]) -> None:
        beside, alone, quick = map(set, json.loads((self._run_folder / LISTS).read_text()))
        self._beside = [n for n in self.pending if collection[n] in beside]
        self._alone = [n for n in self.pending if collection[n] in alone]
        self._runs_alone = set(self._alone)
        late = {*self._beside, *self._alone}
        now = [n for n in self.pending if n not in late]
        others, half = [n for n in now if collection[n] not in quick], len(now) // 2
        first = [n for n in now if collection[n] in quick]
        self.pending = [*others[:half], *first, *others[half:]]
        self._is_split = True

    @property
    def tests_finished(self) -> bool:
        return not self._beside and not self._alone and super().tests_finished

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
        rich = {
            n: tests for n, tests in self._up().items() if not self._runs_alone & set(tests[1:])
        }
        node, tests = max(rich.items(), key=lambda each: len(each[1]))
        count = min(len(tests) // 2, max(0, len(tests) - MIN_PENDING))
        if count:
            node.send_steal(tests[-count:])
            self.steal_requested_from_node = node
        return bool(count)
