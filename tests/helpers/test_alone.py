"""The order of the tests, with workers that only count."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.helpers.alone import LISTS, AloneLast

HOT = [f"tests/browser/test_a.py::test_{n}" for n in range(40)]
QUICK = [f"tests/rules/test_d.py::test_{n}" for n in range(10)]
BESIDE = [f"tests/retros/test_b.py::test_{n}" for n in range(30)]
ALONE = [f"tests/faults/test_c.py::test_{n}" for n in range(8)]


class Worker:
    """Begins a test when it knows the next one, or that there is none, as xdist's do."""

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        """How long each of its tests takes."""
        self.gateway = SimpleNamespace(id=f"gw{seconds}")
        self.shutting_down = False
        self.waiting: list[int] = []
        self.wanted: list[int] = []
        self.done: list[tuple[int, int]] = []

    def send_runtest_some(self, tests: list[int]) -> None:
        assert not self.shutting_down
        self.waiting += tests

    def send_steal(self, tests: list[int]) -> None:
        self.wanted = tests

    def shutdown(self) -> None:
        self.shutting_down = True

    def gives(self) -> list[int]:
        """What it has not begun of what is asked back."""
        given = [test for test in self.wanted if test in self.waiting[2:]]
        self.waiting = [test for test in self.waiting if test not in given]
        self.wanted = []
        return given


def _run(tests: list[str], folder: Path, config: Any, *seconds: int) -> list[list[str]]:
    """What each worker has run, with the time at which each test ended in front."""
    (folder / LISTS).write_text(json.dumps([BESIDE, ALONE, QUICK]))
    scheduler = AloneLast(config, None, folder)  # type: ignore[arg-type]
    workers: list[Any] = [Worker(each) for each in seconds]
    scheduler.numnodes = len(workers)
    for worker in workers:
        scheduler.add_node(worker)
        scheduler.add_node_collection(worker, tests)
    scheduler.schedule()
    for time in range(1, 2000):
        for worker in workers:
            if worker.wanted:
                scheduler.remove_pending_tests_from_node(worker, worker.gives())
        for worker in workers:
            begins = len(worker.waiting) > 1 or (worker.shutting_down and worker.waiting)
            if begins and time % worker.seconds == 0:
                test = worker.waiting.pop(0)
                worker.done.append((time, test))
                scheduler.mark_test_complete(worker, test)
        if all(one.shutting_down and not one.waiting for one in workers):
            break
    assert scheduler.tests_finished
    ran = [test for worker in workers for _, test in worker.done]
    assert sorted(ran) == list(range(len(tests)))
    return [[f"{time} {tests[test]}" for time, test in worker.done] for worker in workers]


@pytest.fixture
def config() -> Any:
    return SimpleNamespace(getvalue=lambda _: ["popen"])


@pytest.mark.parametrize("seconds", [(1, 1), (1, 3), (5, 1), (1,), (1, 2, 3)], ids=str)
def test_each_runs_once_and_those_that_run_alone_on_one_worker_without_a_break(
    tmp_path: Path, config: Any, seconds: tuple[int, ...]
) -> None:
    ran = _run([*HOT[:20], *BESIDE, *ALONE, *HOT[20:]], tmp_path, config, *seconds)

    alone = [[n for n, one in enumerate(each) if "test_c" in one] for each in ran]
    (places,) = filter(None, alone)
    assert places == list(range(places[0], places[0] + len(ALONE)))


def test_beside_them_run_only_those_held_back(tmp_path: Path, config: Any) -> None:
    first, second = _run([*HOT, *BESIDE, *ALONE], tmp_path, config, 1, 1)

    alone = first if any("test_c" in one for one in first) else second
    other = second if alone is first else first
    began = int(next(one for one in alone if "test_c" in one).split()[0]) - 1
    beside = [one for one in other if int(one.split()[0]) > began]
    assert len(beside) >= len(ALONE)
    assert all("test_b" in one for one in beside)


def test_the_second_worker_begins_with_those_that_need_no_database(
    tmp_path: Path, config: Any
) -> None:
    _, second = _run([*HOT, *QUICK, *BESIDE, *ALONE], tmp_path, config, 5, 1)

    assert all("test_d" in one for one in second[: len(QUICK)])


@pytest.mark.parametrize("left_out", [BESIDE, ALONE, HOT], ids=["beside", "alone", "others"])
def test_whichever_are_there(tmp_path: Path, config: Any, left_out: list[str]) -> None:
    wanted = [one for one in [*HOT, *BESIDE, *ALONE] if one not in left_out]

    ran = _run(wanted, tmp_path, config, 1, 2)

    assert sum(map(len, ran)) == len(wanted)
