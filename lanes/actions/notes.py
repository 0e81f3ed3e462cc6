"""Notes on the timeline."""

from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action
from incidents.models import TimelineEntry
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_lines, drop_controls, mask_secrets
from lanes.rules import note as rules


def add_note(
    actor: Actor,
    incident_id: int,
    *,
    text: str,
    lane: str = "",
    now: datetime,
    once: UUID | None = None,
) -> TimelineEntry:
    """Write a note on the timeline, of a lane or of none.

    Secrets in it are masked, and people whom it names as ``@name`` are notified.
    """
    text = drop_controls(clean_lines(text)).strip()
    if problems := rules.violations(text):
        raise Refused(problems)
    with incident_action("note.add", actor, incident_id, now, lane=lane, once=once) as incident:
        masked = mask_secrets(text).text
        return record(incident, "note.added", actor, now, lane=lane, text=masked)
