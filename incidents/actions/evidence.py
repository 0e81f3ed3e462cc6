"""Capturing evidence: masked, hashed, stored once, never changed."""

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from incidents.actions.scenario_steps import serve_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action, next_number
from incidents.models import Evidence, EvidenceFile, Incident
from incidents.models.author import Authored
from incidents.rules.evidence import Capture, recognise, unknown_baseline, violations
from incidents.rules.file_types import (
    media_type,
    nearly_text,
    plain_name,
    readable_runs,
    text_of,
)
from incidents.timeline.record import record
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_lines, drop_controls, mask_secrets, one_line, secret_spans
from kernel.text.controls import visible


@dataclass(frozen=True, slots=True)
class _Masked:
    capture: Capture
    masks: int


def capture(
    actor: Actor, incident_id: int, captured: Capture, *, now: datetime, once: UUID | None = None
) -> Evidence:
    """Store one item (E-n). All text, also that of files, is masked before it is stored.

    Refuses empty and oversized items, with every reason at once. A command that runs one of the
    minimal prechecks, or a surface's health check, is recognised as precheck output.
    """
    cleaned = _clean(captured)
    if problems := violations(cleaned):
        raise Refused(problems)
    # Masking may read megabytes: it runs before the lock, so that nobody waits for it.
    masked = _mask(cleaned)
    with incident_action(
        "evidence.capture", actor, incident_id, now, lane=captured.lane, once=once
    ) as incident:
        item = _store(incident, masked, actor, now)
        redirect_submission(once, item.get_absolute_url())
        record(
            incident,
            "evidence.captured",
            actor,
            now,
            lane=item.lane,
            subject=item.reference,
            label=EvidenceKind(item.kind).label,
            title=item.title,
            command=item.command,
            exit_code=item.exit_code,
            masks=item.masks,
            sha256=item.sha256,
            purpose=item.purpose,
        )
        if captured.serves:
            serve_step(incident, item, captured.serves, actor, now)
    return item


def _clean(captured: Capture) -> Capture:
    is_verification = captured.purpose == Purpose.VERIFICATION
    return replace(
        captured,
        text=clean_lines(captured.text),
        command=clean_lines(captured.command).strip(),
        title=one_line(captured.title),
        url=one_line(captured.url),
        host=one_line(captured.host),
        revision=one_line(captured.revision),
        file_name=drop_controls(captured.file_name),
        lane=captured.lane or (LaneKind.VERIFICATION if is_verification else ""),
    )


def _mask(captured: Capture) -> _Masked:
    fields = ("text", "command", "title", "url", "host", "revision", "file_name")
    parts = {name: mask_secrets(getattr(captured, name)) for name in fields}
    file, masks = _mask_file(captured.file)
    masks += sum(part.count for part in parts.values())
    masked: dict[str, Any] = {name: part.text for name, part in parts.items()}
    return _Masked(replace(captured, file=file, **masked), masks)


def _mask_file(content: bytes | None) -> tuple[bytes | None, int]:
    """A text file with its secrets masked; any other file with the secrets in it blotted out.

    A binary file keeps its length, so that what is not text in it stays where it was.
    """
    if not content:
        return content, 0
    text = text_of(content) or nearly_text(content)
    if text is None:
        return _blot_out(content)
    masked = mask_secrets(text.text)
    # The brackets of a mask are not in latin-1, so they are replaced; its letters are.
    return (content if masked.text == text.text else text.encode(masked.text)), masked.count


def _blot_out(content: bytes) -> tuple[bytes, int]:
    blotted = bytearray(content)
    spans = [
        (start + begin, start + end)
        for start, text in readable_runs(content)
        for begin, end in secret_spans(text)
    ]
    for begin, end in spans:
        blotted[begin:end] = b"*" * (end - begin)
    return (bytes(blotted) if spans else content), len(spans)


def _store(incident: Incident, masked: _Masked, actor: Actor, now: datetime) -> Evidence:
    captured = masked.capture
    content = (
        captured.file if captured.file is not None else (captured.text or captured.url).encode()
    )
    health_checks = list(incident.surfaces.values_list("health_check", flat=True))
    item = Evidence.objects.create(
        incident=incident,
        number=next_number(incident.evidence.all()),
        kind=captured.kind,
        purpose=recognise(captured, health_checks),
        lane=captured.lane,
        title=_title(captured),
        text=captured.text,
        command=captured.command,
        exit_code=captured.exit_code,
        host=captured.host[:120],
        revision=captured.revision[:80],
        started_at=captured.started_at,
        duration=captured.duration,
        url=captured.url[:1000],
        file_name=_file_name(captured),
        content_type=media_type(captured.file) if captured.file is not None else "",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        masks=masked.masks,
        baseline=_baseline(incident, captured.baseline),
        captured_at=now,
        **Authored.columns(actor),
    )
    if captured.file is not None:
        EvidenceFile.objects.create(evidence=item, content=captured.file)
    return item


def _file_name(captured: Capture) -> str:
    return (plain_name(captured.file_name) or "file") if captured.file is not None else ""


def _title(captured: Capture) -> str:
    """The title as typed, or else the first line of the content, without colour codes."""
    source = (
        captured.title or captured.command or captured.file_name or captured.url or captured.text
    )
    lines = (" ".join(visible(line).split()) for line in source.splitlines())
    return next((line for line in lines if line), EvidenceKind(captured.kind).label)[:200]


def _baseline(incident: Incident, number: int | None) -> Evidence | None:
    if number is None:
        return None
    baseline = incident.evidence.filter(number=number).first()
    if baseline is None:
        raise Refused([unknown_baseline(incident.reference, number)])
    return baseline
