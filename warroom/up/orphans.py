"""Ends the processes that a killed ``up`` left behind, known by a mark in their environment."""

from collections.abc import Iterable
from pathlib import Path

import psutil

MARK = "WARROOM_SUPERVISED_ON"
"""Of web, worker and beat: the data folder."""

_STOP_TIMEOUT_SECONDS = 8.0


def end_leftovers(data: Path) -> None:
    """End every process that was started on this data."""
    end(process for process in psutil.process_iter() if _marked(process, str(data)))


def end_valkey(socket: Path) -> None:
    """End the Valkey that listens there; it writes that into its title, over its environment."""
    title = f"unixsocket:{socket}"
    end(process for process in psutil.process_iter() if title in _command(process))


def end(processes: Iterable[psutil.Process]) -> None:
    """Ask each to end; insist after a while."""
    left = list(processes)
    for process in left:
        _tell(process, insist=False)
    _, deaf = psutil.wait_procs(left, timeout=_STOP_TIMEOUT_SECONDS)
    for process in deaf:
        _tell(process, insist=True)
    psutil.wait_procs(deaf, timeout=_STOP_TIMEOUT_SECONDS)


def _command(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except (psutil.Error, OSError):
        return []


def _marked(process: psutil.Process, data: str) -> bool:
    try:
        return process.environ().get(MARK) == data
    except (psutil.Error, OSError):
        return False


def _tell(process: psutil.Process, *, insist: bool) -> None:
    try:
        process.kill() if insist else process.terminate()
    except psutil.Error:
        return
