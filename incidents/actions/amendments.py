"""Correcting what somebody wrote: nothing is edited, a new entry names the one it corrects."""

from datetime import datetime
from uuid import UUID

from incidents.actions.transaction import incident_action
from incidents.facts.amendments import AMENDED, correctable_texts
from incidents.models import TimelineEntry
from incidents.permissions import incident_roles, may
from incidents.rules import amendment as rules
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_text


def amend(
    actor: Actor,
    incident_id: int,
    seq: int,
    *,
    text: str,
    part: str = "",
    now: datetime,
    once: UUID | None = None,
) -> TimelineEntry:
    """Correct one text of entry ``seq``; ``part`` names it where the entry has several.

    Whoever wrote it may, and who is in command. Both texts stay, and both are shown.
    """
    text = clean_text(text)
    with incident_action("entry.amend", actor, incident_id, now, once=once) as incident:
        entry = incident.timeline.get(seq=seq)
        texts = {current.code: current for current in correctable_texts(entry)}
        current = texts.get(part) if part else next(iter(texts.values()), None)
        problems = rules.author_violations(
            entry.actor_name,
            is_author=is_author(entry, actor),
            in_command=may("entry.amend_any", incident_roles(actor, incident)),
        ) or rules.text_violations(current, text)
        if problems or current is None:
            raise Refused(problems)
        return record(
            incident,
            AMENDED,
            actor,
            now,
            lane=entry.lane,
            subject=entry.subject or f"#{entry.seq}",
            amends=entry,
            number=entry.seq,
            part=current.code,
            label=current.label,
            text=text,
            before=current.text,
        )


def is_author(entry: TimelineEntry, actor: Actor) -> bool:
    """Whether the actor wrote the entry; what an agent wrote is not its person's."""
    return (entry.actor_kind, entry.actor_id) == (actor.kind.value, actor.id)
