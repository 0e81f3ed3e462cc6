"""Logging waits for nobody, ends nothing, and does not say the same a million times."""

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from warroom.operations import log_stream
from warroom.operations.log_stream import MAX_FAULTS, WINDOW_SECONDS, Repeats, SteadyHandler


def record(message: str, level: int = logging.ERROR, *args: object) -> logging.LogRecord:
    return logging.LogRecord("warroom.test", level, __file__, 1, message, args, None)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_fault_that_comes_again_is_counted() -> None:
    clock = Clock()
    repeats = Repeats(clock)

    written = [repeats.is_new(record(f"No answer in {n} s from {n:032x}")) for n in range(1000)]
    assert written == [True] + [False] * 999
    assert repeats.over() == []

    clock.now = WINDOW_SECONDS
    assert [line.getMessage() for line in repeats.over()] == [
        f"999 times more in 60 s: No answer in 0 s from {0:032x}"
    ]
    assert not repeats.is_new(record("No answer in 7 s from " + "a" * 32))


def test_after_a_quiet_window_it_is_new_again() -> None:
    clock = Clock()
    repeats = Repeats(clock)
    repeats.is_new(record("gone"))

    clock.now = WINDOW_SECONDS
    assert repeats.over() == []
    assert repeats.is_new(record("gone"))


def test_other_faults_and_what_is_none_are_written() -> None:
    repeats = Repeats(Clock())

    assert all(repeats.is_new(record(f"{word} is gone")) for word in ("beat", "web"))
    assert all(repeats.is_new(record("GET /", logging.INFO)) for _ in range(3))


def test_it_remembers_no_more_than_it_must() -> None:
    repeats = Repeats(Clock())
    words = [
        f"{first}{second}{third}"
        for first in "ghijklmn"
        for second in "opqrstuvw"
        for third in "gklmnopq"
    ]
    for word in words:
        repeats.is_new(record(f"{word} is gone"))

    assert len(words) > MAX_FAULTS == len(repeats._faults)


@contextmanager
def logger_on(descriptor: int) -> Iterator[tuple[logging.Logger, SteadyHandler]]:
    handler = SteadyHandler(descriptor)
    logger = logging.Logger("warroom.test")
    logger.addHandler(handler)
    yield logger, handler
    logger.removeHandler(handler)


def test_a_full_disk_ends_nothing_and_is_counted(tmp_path: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    with logger_on(full) as (logger, handler):
        logger.info("lost")
        logger.info("lost as well")
        handler.flush()
        with (tmp_path / "log").open("w") as file:
            os.dup2(file.fileno(), full)
            logger.info("written")
            handler.flush()
    os.close(full)

    assert (
        tmp_path / "log"
    ).read_text() == "2 lines of the log were lost before this one\nwritten\n"


def test_a_reader_that_does_not_read_keeps_nobody_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A pipe holds 64 KiB; whoever logs more than that waited for its reader."""
    monkeypatch.setattr(log_stream, "_FLUSH_SECONDS", 0.1)
    reader, writer = os.pipe()
    logged = threading.Event()
    with logger_on(writer) as (logger, handler):

        def log() -> None:
            for _ in range(2 * log_stream.MAX_LINES):
                logger.info("x" * 100)
            logged.set()

        threading.Thread(target=log, daemon=True).start()
        assert logged.wait(30)
        assert handler._lost > 0
    os.close(reader)


def test_a_line_that_cannot_be_made_ends_nothing() -> None:
    with logger_on(os.open(os.devnull, os.O_WRONLY)) as (logger, handler):
        logger.info("%d", "no number")
        assert handler._lost == 1
