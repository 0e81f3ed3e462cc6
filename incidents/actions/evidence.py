"""Capturing evidence: masked, hashed, stored once, never changed."""

from datetime import datetime
from uuid import UUID

from incidents.actions.evidence_steps import capture_step, clean_capture, mask_capture
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import incident_action
from incidents.models import Evidence
from incidents.rules.evidence import Capture, violations
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
