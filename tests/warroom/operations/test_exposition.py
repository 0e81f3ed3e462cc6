"""The folder that several processes share."""

import os
from pathlib import Path

from warroom.operations.exposition import _forget_the_dead

NOBODY = 4_194_303
"""A number that no process of a test machine has."""


def test_sockets_of_a_killed_process_are_forgotten_and_its_counts_are_not(tmp_path: Path) -> None:
    names = [
        f"gauge_livesum_{NOBODY}.db",
        f"counter_{NOBODY}.db",
        f"gauge_livesum_{os.getpid()}.db",
    ]
    for name in names:
        (tmp_path / name).touch()

    _forget_the_dead(tmp_path)

    assert sorted(file.name for file in tmp_path.iterdir()) == sorted(names[1:])
