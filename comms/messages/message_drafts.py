"""With what the form of a message begins: the author's draft, what is corrected, or the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from comms.messages import drafting
from comms.models import Escalation, LeadershipNote, MessageDraft, Update
from comms.models.message import Message
from comms.rules.drafting import Source, suggested
from comms.vocabulary import MessageKind
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident
from incidents.web import time_zone
from kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Begun:
    """The first values of a form, as they would be typed, and where they come from."""

    values: Mapping[str, Any]
    sources: tuple[Source, ...] = ()
    draft: MessageDraft | None = None
    old: Message | None = None


def begun(
    standing: IncidentFacts,
    kind: MessageKind,
    author: Actor,
    corrects: int | None,
    now: datetime,
    zone: ZoneInfo | None,
) -> Begun:
    """The draft comes first, unless another message is to be corrected than it corrects.

    ``zone`` is nothing while the reader's is not known: a time then begins as minutes from now.
    """
    incident = standing.incident
    kept = MessageDraft.objects.filter(incident=incident, kind=kind, author_id=author.id).first()
    values = {name: said[-1] if said else "" for name, said in (kept.data if kept else {}).items()}
    typed = str(values.get("corrects") or "")
    wanted = str(corrects) if corrects is not None else typed
    old = old_of(incident, kind, wanted)
    if kept is not None and (old is None or typed == wanted):
        return Begun(values, draft=kept, old=old)
    values, sources = _again(standing, old, now) if old else _drafted(standing, kind, now)
    if isinstance(at := values.get("next_at"), datetime):
        minutes = (at - now) // timedelta(minutes=1)
        values["next_at"] = f"{at.astimezone(zone):%H:%M}" if zone else f"+{minutes}"
    return Begun(values, sources, old=old)


_MODELS: dict[MessageKind, type[Message]] = {
    MessageKind.UPDATE: Update,
    MessageKind.ESCALATION: Escalation,
    MessageKind.LEADERSHIP: LeadershipNote,
}


def old_of(incident: Incident, kind: MessageKind, typed: str) -> Message | None:
    """The message that is to be corrected, by its number as it came in."""
    if (number := time_zone.number(typed)) is None:
        return None
    return _MODELS[kind]._default_manager.filter(incident=incident, number=number).first()


def _drafted(
    standing: IncidentFacts, kind: MessageKind, now: datetime
) -> tuple[dict[str, Any], tuple[Source, ...]]:
    if kind == MessageKind.ESCALATION:
        return drafting.of_escalation(standing, now)
    if kind == MessageKind.LEADERSHIP:
        return drafting.of_note(standing, now)
    made = drafting.of_update(standing, now)
    values = {
        "audience": made.audience,
        "progress": made.progress,
        "headline": made.headline,
        "impact": made.impact,
        "mitigation": made.mitigation,
        "no_unknowns": made.no_unknowns,
        "next_at": made.next_at,
        **_numbered(made.unknowns),
        **{f"surface_{key}": state for key, state in made.surfaces.items()},
    }
    return values, made.sources


_COLUMNS = {
    Update: ("audience", "progress", "headline", "impact", "mitigation", "no_unknowns"),
    Escalation: ("summary", "impact", "decision", "ask", "owner_id"),
    LeadershipNote: ("happened", "path", "confidence", "uncertain", "need", "owner_id"),
}


def _again(
    standing: IncidentFacts, old: Message, now: datetime
) -> tuple[dict[str, Any], tuple[Source, ...]]:
    """What was said, to be said again as it should have been. The promise is made anew."""
    values = {name.removesuffix("_id"): getattr(old, name) for name in _COLUMNS[type(old)]} | {
        "corrects": old.number
    }
    if isinstance(old, Update):
        values |= _numbered(tuple(old.unknowns))
        values |= {f"surface_{one.surface_id}": one.state for one in old.surface_states.all()}
    if not isinstance(old, LeadershipNote):
        following = standing.next_checkpoint
        at = drafting.facts.cadence(standing.incident, now)
        values["next_at"] = suggested(at, following.due_at if following else None)
    return values, (Source(str(old).lower(), old.get_absolute_url()),)


def _numbered(unknowns: tuple[str, ...]) -> dict[str, str]:
    return {f"unknown_{number}": one for number, one in enumerate(unknowns, start=1)}
