"""Steps that capture evidence, inside the transaction of an action.

``clean_capture`` and ``mask_capture`` come before it: masking may read megabytes, and nobody shall
wait for it under the lock.
"""

import hashlib
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.scenario_steps import serve_step
from incidents.actions.transaction import next_number
from incidents.locking import check_locked
from incidents.models import (
    Assignment,
    Evidence,
    EvidenceFile,
    Incident,
    Notice,
    Person,
    PurposeConfirmation,
)
from incidents.models.author import Authored
from incidents.permissions import token_allows
from incidents.rules.command_match import quoted_commands
from incidents.rules.evidence import Capture, known_commands, recognise, unknown_baseline
from incidents.rules.evidence_purpose import (
    CHECKED,
    Commands,
    basis,
    confirming_lane,
    is_known,
)
from incidents.rules.file_types import (
    media_type,
    nearly_text,
    plain_name,
    readable_runs,
    text_of,
)
from incidents.timeline.record import record
from incidents.vocabulary import EvidenceKind, LaneKind, Purpose, PurposeBasis, RoleName
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_lines, mask_secrets, one_line, secret_spans
from kernel.text.controls import visible

CLAIMED_KIND = "evidence.claimed"
"""Of the notice to who can confirm what an item is for."""


@dataclass(frozen=True, slots=True)
class MaskedCapture:
    """A capture whose secrets are masked, and how many there were."""

    capture: Capture
    masks: int


def clean_capture(captured: Capture) -> Capture:
    """The capture as it is judged: without control characters, a run in its lane."""
    is_verification = captured.purpose == Purpose.VERIFICATION
    return replace(
        captured,
        text=clean_lines(captured.text),
        command=clean_lines(captured.command).strip(),
        title=one_line(captured.title),
        url=one_line(captured.url),
        host=one_line(captured.host),
        revision=one_line(captured.revision),
        file_name=one_line(captured.file_name),
        lane=captured.lane or (LaneKind.VERIFICATION if is_verification else ""),
    )


def mask_capture(captured: Capture) -> MaskedCapture:
    """Mask what looks like a secret in every text of it, also in a text file."""
    fields = ("text", "command", "title", "url", "host", "revision", "file_name")
    parts = {name: mask_secrets(getattr(captured, name)) for name in fields}
    file, masks = _mask_file(captured.file)
    masks += sum(part.count for part in parts.values())
    masked: dict[str, Any] = {name: part.text for name, part in parts.items()}
    return MaskedCapture(replace(captured, file=file, **masked), masks)


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


def capture_step(
    incident: Incident, masked: MaskedCapture, actor: Actor, now: datetime
) -> Evidence:
    """Store the item and write its entry; name it for the evidence minimum where it serves that."""
    check_locked(incident)
    evidence = _store(incident, masked, actor, now)
    record(
        incident,
        "evidence.captured",
        actor,
        now,
        lane=evidence.lane,
        subject=evidence.reference,
        label=EvidenceKind(evidence.kind).label,
        title=evidence.title,
        command=evidence.command,
        exit_code=evidence.exit_code,
        masks=evidence.masks,
        sha256=evidence.sha256,
        purpose=evidence.purpose,
        purpose_note=evidence.purpose_note,
    )
    if evidence.purpose_basis == PurposeBasis.CLAIM:
        _ask_to_confirm(incident, evidence, now)
    if masked.capture.serves:
        serve_step(incident, evidence, masked.capture.serves, actor, now)
    return evidence


def _store(incident: Incident, masked: MaskedCapture, actor: Actor, now: datetime) -> Evidence:
    captured = masked.capture
    content = (
        captured.file if captured.file is not None else (captured.text or captured.url).encode()
    )
    known = _known_commands(incident, captured)
    purpose = recognise(captured, known)
    lane = captured.lane or (LaneKind.VERIFICATION if purpose == Purpose.VERIFICATION else "")
    item = Evidence.objects.create(
        incident=incident,
        number=next_number(incident.evidence.all()),
        kind=captured.kind,
        purpose=purpose,
        purpose_basis=basis(
            purpose,
            known=is_known(captured.command, purpose, known),
            is_owner=purpose in CHECKED and is_confirmer(incident, purpose, lane, actor),
        ),
        lane=lane,
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


def _known_commands(incident: Incident, captured: Capture) -> Commands:
    """What surfaces and decisions name, and what was confirmed in this incident before."""
    if captured.kind != EvidenceKind.COMMAND:
        return {}
    named: dict[str, list[str]] = defaultdict(list)
    before = incident.evidence.filter(purpose__in=CHECKED, kind=EvidenceKind.COMMAND).confirmed()
    for purpose, command in before.order_by().values_list("purpose", "command").distinct():
        named[purpose].append(command)
    for statement in incident.decisions.values_list("verification", flat=True):
        named[Purpose.VERIFICATION] += quoted_commands(statement)
    return known_commands(incident.surfaces.values_list("health_check", flat=True), named)


def is_confirmer(incident: Incident, purpose: str, lane: str, actor: Actor) -> bool:
    """Whether the actor owns the lane that confirms it, or commands. Most tokens do not."""
    if not actor.is_person or not token_allows(actor, "evidence.confirm"):
        return False
    of_lane = Q(role=RoleName.LANE_OWNER, lane=confirming_lane(purpose, lane))
    commands = Q(role=RoleName.COMMANDER)
    held = Assignment.objects.current().filter(of_lane | commands, incident=incident)
    return held.filter(person=actor.id).exists()


def _ask_to_confirm(incident: Incident, item: Evidence, now: datetime) -> None:
    """Notify who owns the lane, else who commands."""
    lane = confirming_lane(item.purpose, item.lane)
    person = holder(incident, RoleName.LANE_OWNER, lane) or holder(incident, RoleName.COMMANDER)
    if person is not None:
        sentence = f"{item.actor_name} claims that {item.reference} is a {item.purpose_label}"
        href = item.get_absolute_url()
        notify_step(incident, [person], CLAIMED_KIND, sentence[:300], href, now, item.reference)


def confirm_step(
    incident: Incident, item: Evidence, actor: Actor, now: datetime
) -> PurposeConfirmation:
    """Say that it is the check that it is called."""
    check_locked(incident)
    by = Person.objects.get(pk=actor.id)
    asked = Notice.objects.filter(incident=incident, kind=CLAIMED_KIND, subject=item.reference)
    asked.filter(seen_at=None).update(seen_at=now)
    row = PurposeConfirmation.objects.create(evidence=item, by=by, at=now)
    record(
        incident,
        "evidence.confirmed",
        actor,
        now,
        lane=item.lane,
        subject=item.reference,
        purpose=str(item.get_purpose_display()),
        captured_by=item.actor_name,
    )
    return row


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
