"""Capturing evidence: masked, hashed, stored once, never changed."""

from datetime import datetime
from uuid import UUID

from incidents.actions.evidence_steps import (
    capture_step,
    clean_capture,
    confirm_step,
    mask_capture,
)
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action
from incidents.models import Evidence, PurposeConfirmation
from incidents.rules.evidence import Capture, violations
from incidents.rules.evidence_purpose import confirm_violations, confirming_lane
from incidents.vocabulary import PurposeBasis
from kernel.actor import Actor
from kernel.refusal import Refused


def capture(
    actor: Actor, incident_id: int, captured: Capture, *, now: datetime, once: UUID | None = None
) -> Evidence:
    """Store one item (E-n). All text, also that of files, is masked before it is stored.

    Refuses empty and oversized items, with every reason at once. A command that runs one of the
    minimal prechecks, or a surface's health check, is recognised as precheck output.
    """
    cleaned = clean_capture(captured)
    if problems := violations(cleaned):
        raise Refused(problems)
    # Masking may read megabytes: it runs before the lock, so that nobody waits for it.
    masked = mask_capture(cleaned)
    with incident_action(
        "evidence.capture", actor, incident_id, now, lane=captured.lane, once=once
    ) as incident:
        item = capture_step(incident, masked, actor, now)
        redirect_submission(once, item.get_absolute_url())
    return item


def confirm(
    actor: Actor, incident_id: int, number: int, *, now: datetime, once: UUID | None = None
) -> PurposeConfirmation:
    """Confirm what E-``number`` is claimed to be for, by who owns the lane or commands."""
    rows = Evidence.objects.filter(incident=incident_id, number=number).defer("text")
    item = rows.first()
    lane = confirming_lane(item.purpose, item.lane) if item else ""
    with incident_action(
        "evidence.confirm", actor, incident_id, now, lane=lane, once=once
    ) as incident:
        claimed = rows.filter(purpose_basis=PurposeBasis.CLAIM, confirmation=None).first()
        if claimed is None:
            is_here = item is not None
            raise Refused(confirm_violations(f"E-{number}", incident.reference, is_here=is_here))
        return confirm_step(incident, claimed, actor, now)
