"""The command line as its users start it: a process of its own, with folders of its own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "cli" / "src"
sys.path.insert(0, str(SOURCE))

from tests.cli.far_end import FarEnd  # noqa: E402

TOKEN = "wr_per_" + "A1b2" * 9 + "C3"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """That of a person who has signed in nowhere."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    folders = {
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_CONFIG_HOME": str(tmp_path / "config"),
    }
    return {**kept, **folders, "PYTHONPATH": str(SOURCE), "TERM": "xterm-256color"}


@pytest.fixture
def far_end() -> Iterator[FarEnd]:
    with FarEnd() as server:
        yield server


@pytest.fixture
def signed_in(environment: dict[str, str], far_end: FarEnd) -> dict[str, str]:
    """The environment of somebody with a token for the far end, in INC-42."""
    named = {"WARROOM_URL": far_end.url, "WARROOM_TOKEN": TOKEN, "WARROOM_INCIDENT": "INC-42"}
    return {**environment, **named}
