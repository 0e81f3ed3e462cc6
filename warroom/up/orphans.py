"""Ends the processes that a killed ``up`` left behind, known by a mark in their environment."""

from pathlib import Path

import psutil

MARK = "WARROOM_SUPERVISED_ON"
_STOP_TIMEOUT_SECONDS = 8.0


def end_leftovers(data: Path) -> None:
    """Ask every process that was started on this data to end; insist after a while."""
    left = [process for process in psutil.process_iter() if _marked(process, str(data))]
    for process in left:
        _tell(process, insist=False)
    _, deaf = psutil.wait_procs(left, timeout=_STOP_TIMEOUT_SECONDS)
    for process in deaf:
        _tell(process, insist=True)
    psutil.wait_procs(deaf, timeout=_STOP_TIMEOUT_SECONDS)


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
