"""What ``up`` knows of its parts: how long it waits for each, and what it writes down."""

from pathlib import Path

import pytest

from warroom.up import parts
from warroom.up.parts import MAX_RESTARTS, PAUSES_SECONDS, Backoff, Board, Part, State, read_parts


def test_pauses_grow_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    backoff = Backoff()

    pauses = [backoff.next_pause() for _ in range(MAX_RESTARTS + 1)]

    assert pauses[: len(PAUSES_SECONDS)] == list(PAUSES_SECONDS)
    assert pauses[len(PAUSES_SECONDS) :] == [10.0] * (MAX_RESTARTS - len(PAUSES_SECONDS)) + [None]


def test_who_has_stayed_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    backoff = Backoff()
    backoff.next_pause()
    monkeypatch.setattr(parts, "STEADY_SECONDS", -1.0)

    assert backoff.next_pause() == PAUSES_SECONDS[0]


def test_an_end_is_announced_and_can_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "parts.json"
    board = Board()
    board.keep_in(file)
    board.started("worker")
    board.ended("worker", "exit code 1: OSError: gone", 0.5)

    part = read_parts(file)["worker"]
    assert (part.state, part.ends, part.cause) == (
        State.RESTARTING,
        1,
        "exit code 1: OSError: gone",
    )
    assert file.stat().st_mode & 0o777 == 0o600
    board.started("worker")
    assert read_parts(file)["worker"].state is State.RUNNING
    printed = capsys.readouterr().err
    assert "worker ended by itself (exit code 1: OSError: gone): it is started again in 0.5 s." in (
        printed
    )
    assert "worker runs again." in printed
    assert not board.failed.is_set()


def test_what_cannot_be_had_ends_the_whole_with_its_cause() -> None:
    board = Board()
    board.started("PostgreSQL")

    board.give_up("PostgreSQL", "could not write lock file: No space left on device")

    assert board.failed.is_set()
    assert board.why == (
        "PostgreSQL cannot be kept running: could not write lock file: No space left on device"
    )


@pytest.mark.parametrize(
    "text", ["", "[]", '{"web": 1}', '{"web": {"state": "odd", "since": 1}}', '{"web": {"x": 1}}']
)
def test_a_file_that_is_none_says_nothing(tmp_path: Path, text: str) -> None:
    file = tmp_path / "parts.json"
    file.write_text(text)

    assert read_parts(file) == {}
    assert read_parts(tmp_path / "nowhere") == {}


def test_a_folder_that_takes_no_file_is_no_reason_to_stop(tmp_path: Path) -> None:
    board = Board()
    board.keep_in(tmp_path / "not there" / "parts.json")

    board.started("web")
    board.ended("web", "exit code 1", 1.0)

    assert not board.failed.is_set()


def test_a_part_is_written_as_it_is_read(tmp_path: Path) -> None:
    board = Board()
    board.keep_in(tmp_path / "parts.json")
    board.give_up("beat", "exit code 2")

    part = read_parts(tmp_path / "parts.json")["beat"]
    assert part == Part(State.FAILED, part.since, 1, part.since, "exit code 2")
