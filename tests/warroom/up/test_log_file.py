"""The log of all programs: bounded, for its owner alone, and no reason for anything to stop."""

from pathlib import Path

import pytest

from warroom.up.log_file import MAX_FILES, LogFile


def lines(path: Path) -> list[str]:
    return [line.partition("| ")[2] or line for line in path.read_text().splitlines()]


def test_a_start_goes_on_where_the_last_one_ended_and_shuts_others_out(tmp_path: Path) -> None:
    path = tmp_path / "warroom.log"
    path.touch(mode=0o644)
    for text in ("first", "second"):
        with LogFile(path) as log:
            log.write("web", text)

    assert lines(path) == ["first", "second"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_it_is_rotated_and_has_an_end(tmp_path: Path) -> None:
    path = tmp_path / "warroom.log"
    with LogFile(path, max_bytes=1000) as log:
        for number in range(1000):
            log.write("worker", f"line {number}")

    files = sorted(tmp_path.iterdir())
    assert len(files) == MAX_FILES
    assert all(file.stat().st_size < 1100 for file in files)
    assert lines(path)[-1] == "line 999"
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_a_full_disk_stops_nothing_and_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "warroom.log"
    path.symlink_to("/dev/full")
    with LogFile(path) as log:
        for number in range(50):
            log.write("web", f"lost {number}")
    assert capsys.readouterr().err.count("No space left on device") == 1


def test_what_was_lost_is_counted_once_there_is_room_again(tmp_path: Path) -> None:
    path = tmp_path / "warroom.log"
    path.symlink_to("/dev/full")
    with LogFile(path) as log:
        log.write("web", "lost")
        log.write("web", "lost as well")
        log.drain()
        path.unlink()
        log.write("web", "written")

    counted, written = path.read_text().splitlines()
    assert counted == "2 lines before this one were lost: No space left on device"
    assert written.endswith("| written")
