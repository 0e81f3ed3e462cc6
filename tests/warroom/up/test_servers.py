import os
import pty
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest

from warroom.up import servers
from warroom.up.embedded import DataFolder, NoServers
from warroom.up.servers import listening


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOST", raising=False)
    monkeypatch.delenv("PORT", raising=False)


@pytest.mark.parametrize(
    ("words", "where"),
    [
        pytest.param([], ("127.0.0.1", 8000), id="nothing said"),
        pytest.param(["--port", "9000"], ("127.0.0.1", 9000), id="a port"),
        pytest.param(["--port=9000", "--demo"], ("127.0.0.1", 9000), id="a port with ="),
        pytest.param(["--demo", "--host", "0.0.0.0"], ("0.0.0.0", 8000), id="a host"),
    ],
)
def test_up_listens_where_it_is_told(words: list[str], where: tuple[str, int]) -> None:
    assert listening(words) == where


def test_the_environment_names_the_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")

    assert listening([]) == ("127.0.0.1", 9000)
    assert listening(["--port", "9001"]) == ("127.0.0.1", 9001)


@pytest.mark.parametrize("port", ["", "http", "0", "65536", "-1"])
def test_what_is_no_port_is_said(port: str) -> None:
    with pytest.raises(NoServers, match="is not a port"):
        listening(["--port", port])


def test_without_a_wish_it_starts_empty_and_stays_so(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)

    assert not servers._is_demo(data, wanted=False)
    data.postgres.mkdir()
    with pytest.raises(NoServers, match="is not the demo's"):
        servers._is_demo(data, wanted=True)
    assert not servers._is_demo(data, wanted=False)


def test_a_demo_stays_one(tmp_path: Path) -> None:
    data = DataFolder(tmp_path)

    assert servers._is_demo(data, wanted=True)
    data.postgres.mkdir()
    assert servers._is_demo(data, wanted=False)


@pytest.mark.parametrize(
    ("answer", "is_demo"), [("y", True), ("yes", True), ("", False), ("n", False)]
)
def test_at_a_terminal_the_first_start_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answer: str, is_demo: bool
) -> None:
    keyboard, terminal = pty.openpty()
    with open(terminal, "r+b", buffering=0) as raw, os.fdopen(os.dup(terminal)) as reader:
        monkeypatch.setattr(sys, "stdin", reader)
        with open(raw.fileno(), "w", closefd=False) as writer:
            monkeypatch.setattr(sys, "stdout", writer)
            os.write(keyboard, f"{answer}\n".encode())
            assert servers._is_demo(DataFolder(tmp_path), wanted=False) is is_demo
            monkeypatch.undo()
    os.close(keyboard)


def test_why_a_port_cannot_be_had() -> None:
    with pytest.raises(NoServers, match=r"192\.0\.2\.1 is no address of this machine"):
        servers._require_free("192.0.2.1", 8000)


def test_what_cannot_be_locked_is_not_called_running(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WARROOM_DATA", str(tmp_path))
    (tmp_path / "up.lock").mkdir()

    with pytest.raises(NoServers, match="cannot be locked: Is a directory"), ExitStack() as stack:
        servers._for_up(stack, [])
