"""``warroom capture``: runs a command as without it and sends what it showed as evidence."""

from __future__ import annotations

import json
import shlex
import signal
import socket
import subprocess
import time
from datetime import datetime, timezone
from threading import Thread
from typing import TYPE_CHECKING, NamedTuple

from warroom_cli import terminal
from warroom_cli.output import MAX_TEXT_BYTES, Recorder
from warroom_cli.settings import Settings

if TYPE_CHECKING:
    from warroom_cli import delivery

GIT_TIMEOUT_SECONDS = 1.0
MAX_COMMAND_CHARACTERS = 4000
MAX_HOST_CHARACTERS = 120
MAX_JSON_BYTES = 3 * 1024 * 1024
"""A control character is six bytes in JSON; the server takes requests of 4 MiB."""


class About(NamedTuple):
    """What the command is evidence of; what is empty is left to the server."""

    incident: int = 0
    lane: str = ""
    title: str = ""
    purpose: str = ""
    serves: str = ""


def capture(settings: Settings, about: About, words: list[str]) -> tuple[int, delivery.Sent]:
    """The exit code of the command, and what became of the evidence. Raises ``NotRun``."""
    recorder = Recorder()
    revision = _revision()
    started_at, started = datetime.now(timezone.utc), time.monotonic()
    exit_code = terminal.run(words, recorder.hear, _import_the_rest)
    duration_ms = round((time.monotonic() - started) * 1000)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # another Ctrl-C must not lose it; it takes 3 s
    from warroom_cli import delivery, masking, queue

    known = masking.known_secrets() | ({settings.token} if settings.token else set())
    command = masking.mask(shlex.join(words), known)
    content: dict[str, object] = {
        "kind": "command",
        "lane": about.lane,
        "title": about.title,
        "text": _masked_output(recorder, known),
        "command": command[:MAX_COMMAND_CHARACTERS],
        "exit_code": exit_code,
        "host": socket.gethostname()[:MAX_HOST_CHARACTERS],
        "revision": revision,
        "started_at": started_at.isoformat(timespec="milliseconds"),
        "duration_ms": duration_ms,
        "purpose": about.purpose,
        "serves": about.serves,
    }
    entry = queue.new_entry("evidence", content, about.incident, settings.url, settings.token_mark)
    return exit_code, delivery.post(settings, entry)


def _import_the_rest() -> None:
    """What is needed after the command is read from the disk while it runs."""

    def work() -> None:
        import warroom_cli.delivery
        import warroom_cli.masking  # noqa: F401

    Thread(target=work, daemon=True).start()


def _masked_output(recorder: Recorder, known: set[str]) -> str:
    """The output as it is sent: masked, and not longer than the server takes it."""
    from warroom_cli import masking

    text = masking.mask(recorder.text(), known)
    size = MAX_TEXT_BYTES
    while len(text.encode()) > MAX_TEXT_BYTES or len(json.dumps(text)) > MAX_JSON_BYTES:
        size //= 2
        text = masking.mask(recorder.text(size), known)
    return text


def _revision() -> str:
    """The short hash of what is checked out here, or nothing."""
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=GIT_TIMEOUT_SECONDS,
            text=True,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return answer.stdout.strip() if answer.returncode == 0 else ""
