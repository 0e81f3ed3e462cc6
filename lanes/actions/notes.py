"""Notes: what is said in a lane, or in none."""

from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action
from incidents.models import TimelineEntry
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_lines, has_content, mask_secrets

MAX_NOTE = 4000


def add_note(
    actor: Actor,
    incident_id: int,
    *,
    text: str,
    lane: str = "",
    now: datetime,
    once: UUID | None = None,
) -> TimelineEntry:
    """Write a note on the timeline, of a lane or of none. Secrets in it are masked."""
    text = clean_lines(text).strip()
    if not has_content(text):
        raise Refused.because("N-EMPTY", "Write the note first.", "text")
    if len(text) > MAX_NOTE:
        raise Refused.because(
            "N-LONG",
            f"A note holds {MAX_NOTE} characters, this has {len(text)}. Capture it as evidence.",
            "text",
        )
    with incident_action("note.add", actor, incident_id, now, lane=lane, once=once) as incident:
        return record(incident, "note.added", actor, now, lane=lane, text=mask_secrets(text).text)
