"""Whether a surface is frozen, as the server says now or said a moment ago.

A hook that asks before each command of a shell may say how old an answer can be.
"""

import contextlib
import json
import os
import time
from pathlib import Path
from typing import Any

from warroom_cli.refusals import Away
from warroom_cli.settings import Settings, state_folder


def ask(found: Settings, surface: str, max_age_seconds: float = 0) -> dict[str, Any]:
    """The server's answer: ``frozen`` and ``freezes``. Raises what ``Client`` does."""
    path = _file(found, surface)
    if max_age_seconds > 0 and (kept := _read_stored(path, max_age_seconds)):
        return kept
    from warroom_cli.client import Client

    answer = Client(found).get("/freezes", surface=surface)
    if not _is_answer(answer):
        raise Away("The server's answer about freezes cannot be read.")
    if max_age_seconds > 0:
        with contextlib.suppress(OSError):
            _keep(path, answer)
    return dict(answer)


def _read_stored(path: Path, max_age_seconds: float) -> dict[str, Any] | None:
    """The kept answer, unless it is older, or from a clock that was ahead."""
    try:
        if not 0 <= time.time() - path.stat().st_mtime <= max_age_seconds:
            return None
        answer = json.loads(path.read_text())
    except (OSError, ValueError):
        return None
    return answer if _is_answer(answer) else None


def _keep(path: Path, answer: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    written = path.with_suffix(f".{os.getpid()}")
    with open(os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(answer, file)
    written.replace(path)


def _is_answer(answer: Any) -> bool:
    return isinstance(answer, dict) and isinstance(answer.get("frozen"), bool)


def _file(found: Settings, surface: str) -> Path:
    """One for each server, token and surface: another token may see other incidents."""
    import hashlib

    name = hashlib.sha256("\n".join((found.url, found.token, surface)).encode()).hexdigest()
    return state_folder() / "freezes" / f"{name[:32]}.json"
