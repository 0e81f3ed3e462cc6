"""A program that ends by itself: started again once a page was served, given up before."""

import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from warroom.up.parts import Board
from warroom.up.programs import Program, Whole

FAILING = "raise OSError('the disk is gone')"


class Lines:
    """What programs have written, and a way to wait for a line."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._more = threading.Condition()

    def write(self, name: str, line: str) -> None:
        with self._more:
            self._lines.append(f"{name}: {line}")
            self._more.notify_all()

    def wait_for(self, text: str, times: int = 1) -> None:
        with self._more:
            assert self._more.wait_for(
                lambda: sum(text in line for line in self._lines) >= times, timeout=30
            ), self._lines


@pytest.fixture
def whole() -> Iterator[Whole]:
    whole = Whole(Board())
    yield whole
    whole.ending.set()


def program(whole: Whole, lines: Lines, code: str) -> Program:
    return Program(
        "worker",
        [sys.executable, "-c", code],
        whole=whole,
        write=lines.write,
        environment={},
        folder=Path("/"),
    )


def test_it_is_started_again_and_its_end_has_a_cause(whole: Whole) -> None:
    lines = Lines()
    whole.served.set()
    program(whole, lines, FAILING).start()

    lines.wait_for("ended by itself (exit code 1: OSError: the disk is gone), starting again")
    lines.wait_for("worker: OSError: the disk is gone", times=2)
    assert not whole.board.failed.is_set()


def test_before_the_first_page_it_ends_the_whole(whole: Whole) -> None:
    failing = program(whole, Lines(), FAILING)
    failing.start()
    failing.join(30)

    assert whole.board.failed.is_set()
    assert whole.board.why == (
        "worker cannot be kept running: exit code 1: OSError: the disk is gone"
    )
    assert failing.last_lines[-1] == "OSError: the disk is gone"


def test_what_is_no_program_is_said(whole: Whole) -> None:
    missing = Program(
        "web",
        ["/not/there"],
        whole=whole,
        write=Lines().write,
        environment={},
        folder=Path("/"),
    )
    missing.start()
    missing.join(30)

    assert whole.board.why == "web cannot be kept running: No such file or directory"


def test_it_ends_when_it_is_asked_to(whole: Whole) -> None:
    lines = Lines()
    whole.served.set()
    running = program(whole, lines, "print('up', flush=True); import signal; signal.pause()")
    running.start()
    lines.wait_for("worker: up")

    whole.ending.set()
    running.end()
    running.join(30)

    assert not running.is_alive()
    assert not whole.board.failed.is_set()
