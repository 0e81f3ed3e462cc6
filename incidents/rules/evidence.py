"""What may be captured as evidence, and what a captured command is recognised as.

``E-COMMAND``: a captured command has its command line.
``E-LINK``: a captured link has its address.
``E-SIZE``: a text is at most 1 MiB, a file at most 10 MiB.
``E-FILE``: an uploaded file is not empty.
``E-EMPTY``: evidence has a text, a file or a link.
``E-LANE``: a verification run belongs to the verification lane.
``E-BASELINE``: the baseline of an item is evidence of the same incident.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from incidents.rules.evidence_purpose import Commands, is_known
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from kernel.refusal import Violation
from kernel.text import has_content, mask_secrets

MAX_TEXT_BYTES = 1024 * 1024
MAX_FILE_BYTES = 10 * 1024 * 1024
PRECHECK_COMMANDS = ("git rev-parse --short HEAD", "git log --oneline -n 5")
"""Playbook, "Minimal precheck command set"."""


@dataclass(frozen=True, slots=True)
class Capture:
    """What somebody captures. ``duration`` is in milliseconds, ``file`` the bytes of an upload.

    ``serves`` is the key of the requirement of the scenario's evidence minimum that it meets.
    """

    kind: str
    title: str = ""
    lane: str = ""
    purpose: str = Purpose.GENERAL
    text: str = ""
    command: str = ""
    exit_code: int | None = None
    host: str = ""
    revision: str = ""
    started_at: datetime | None = None
    duration: int | None = None
    url: str = ""
    file: bytes | None = None
    file_name: str = ""
    baseline: int | None = None
    serves: str = ""


def violations(captured: Capture) -> tuple[Violation, ...]:
    """Every reason why this cannot be stored."""
    checks = [_size(captured), _file_size(captured), _substance(captured), _lane(captured)]
    if captured.kind == EvidenceKind.COMMAND and not has_content(captured.command):
        checks.append(Violation("E-COMMAND", "Write the command line that was run.", "command"))
    if captured.kind == EvidenceKind.LINK and not captured.url:
        checks.append(Violation("E-LINK", "Paste the link.", "url"))
    return tuple(violation for violation in checks if violation is not None)


def _size(captured: Capture) -> Violation | None:
    if len(captured.text.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        return Violation(
            "E-SIZE",
            "The text is over 1 MiB. Keep the lines that matter, or attach it as a file.",
            "text",
        )
    return None


def _file_size(captured: Capture) -> Violation | None:
    if captured.file is not None and len(captured.file) > MAX_FILE_BYTES:
        return Violation(
            "E-SIZE",
            "The file is over 10 MiB. Cut or compress it, or capture a link to where it lies.",
            "file",
        )
    return None


def _substance(captured: Capture) -> Violation | None:
    """There is something to store. A command may print nothing: its exit code is evidence too."""
    if captured.kind in {EvidenceKind.COMMAND, EvidenceKind.LINK}:
        return None
    if captured.kind == EvidenceKind.FILE and not captured.file:
        return Violation("E-FILE", "Choose the file; an empty one shows nothing.", "file")
    if has_content(captured.text) or captured.file or captured.url:
        return None
    return Violation(
        "E-EMPTY", "Paste the text, or drop a file: there is nothing here yet.", "text"
    )


def _lane(captured: Capture) -> Violation | None:
    elsewhere = captured.lane not in {"", LaneKind.VERIFICATION}
    if captured.purpose == Purpose.VERIFICATION and elsewhere:
        return Violation("E-LANE", "A verification run belongs to the verification lane.", "lane")
    return None


def unknown_baseline(incident: str, number: int) -> Violation:
    """The incident has no evidence of this number to compare with."""
    return Violation("E-BASELINE", f"{incident} has no evidence E-{number}.", "baseline")


def known_commands(health_checks: Iterable[str], others: Commands) -> Commands:
    """The commands that show what an item is for, by purpose.

    A surface's health check is a precheck, and a verification where it is captured as one. A
    command is stored with its secrets masked, so the masked form of one counts too.
    """
    checks = tuple(health_checks)
    known = {
        Purpose.PRECHECK.value: (*PRECHECK_COMMANDS, *checks, *others.get(Purpose.PRECHECK, ())),
        Purpose.VERIFICATION.value: (*checks, *others.get(Purpose.VERIFICATION, ())),
        Purpose.ROLLBACK_CHECK.value: tuple(others.get(Purpose.ROLLBACK_CHECK, ())),
    }
    return {
        purpose: tuple(
            dict.fromkeys((*commands, *(mask_secrets(command).text for command in commands)))
        )
        for purpose, commands in known.items()
    }


def recognise(captured: Capture, known: Commands) -> str:
    """The chosen purpose, or the one of the known command that it runs: precheck first."""
    if captured.purpose != Purpose.GENERAL or captured.kind != EvidenceKind.COMMAND:
        return captured.purpose
    fits = {Purpose.VERIFICATION: {"", LaneKind.VERIFICATION}}
    for purpose in (Purpose.PRECHECK, Purpose.ROLLBACK_CHECK, Purpose.VERIFICATION):
        if captured.lane in fits.get(purpose, {captured.lane}) and is_known(
            captured.command, purpose, known
        ):
            return purpose.value
    return captured.purpose
