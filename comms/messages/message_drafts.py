"""Initial values of a message's form: the author's draft, the corrected message, or the facts."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from comms.facts import messages as message_facts
from comms.messages import drafting
from comms.models import Escalation, LeadershipNote, MessageDraft, Update
from comms.models.message import Message
from comms.rules.drafting import Source, may_say_recovered, suggest_next_at
from comms.vocabulary import MessageKind, Progress
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident
from incidents.web import time_zone
from kernel.actor import Actor


@dataclass(frozen=True, slots=True)
class Prefill:
    """Initial values of a form, as they would be typed, and their sources.

    ``stored`` is the author's draft, ``draft`` the same where the values are its own: not where
    another message is to be corrected.
    """

    values: Mapping[str, Any]
    sources: tuple[Source, ...] = ()
    draft: MessageDraft | None = None
    stored: MessageDraft | None = None
    old: Message | None = None


def prefill(
    facts: IncidentFacts,
    kind: MessageKind,
    author: Actor,
    corrects: int | None,
    now: datetime,
    zone: ZoneInfo | None,
) -> Prefill:
    """The draft comes first, unless it corrects another message than ``corrects``.

    Without a known ``zone`` a time is prefilled as minutes from now.
    """
    incident = facts.incident
    draft = MessageDraft.objects.filter(incident=incident, kind=kind, author_id=author.id).first()
    values = {
        name: texts[-1] if texts else "" for name, texts in (draft.data if draft else {}).items()
    }
    typed = str(values.get("corrects") or "")
    wanted = str(corrects) if corrects is not None else typed
    old = corrected_message(incident, kind, wanted)
    if draft is not None and (old is None or typed == wanted):
        return Prefill(values, draft=draft, stored=draft, old=old)
    values, sources = (
        _values_from_corrected(facts, old, now) if old else _values_from_facts(facts, kind, now)
    )
    if isinstance(at := values.get("next_at"), datetime):
        minutes = (at - now) // timedelta(minutes=1)
        values["next_at"] = f"{at.astimezone(zone):%H:%M}" if zone else f"+{minutes}"
    return Prefill(values, sources, stored=draft, old=old)


_MODELS: dict[MessageKind, type[Message]] = {
    MessageKind.UPDATE: Update,
    MessageKind.ESCALATION: Escalation,
    MessageKind.LEADERSHIP: LeadershipNote,
}


def corrected_message(incident: Incident, kind: MessageKind, typed: str) -> Message | None:
    """The message to correct, by its number as typed."""
    if (number := time_zone.number(typed)) is None:
        return None
    return _MODELS[kind]._default_manager.filter(incident=incident, number=number).first()


def _values_from_facts(
    facts: IncidentFacts, kind: MessageKind, now: datetime
) -> tuple[dict[str, Any], tuple[Source, ...]]:
    if kind == MessageKind.ESCALATION:
        return drafting.draft_escalation(facts, now)
    if kind == MessageKind.LEADERSHIP:
        return drafting.draft_leadership_note(facts, now)
    draft = drafting.draft_update(facts, now)
    values = {
        "audience": draft.audience,
        "progress": draft.progress,
        "headline": draft.headline,
        "impact": draft.impact,
        "mitigation": draft.mitigation,
        "no_unknowns": draft.no_unknowns,
        "next_at": draft.next_at,
        **_numbered(draft.unknowns),
        **{f"surface_{key}": state for key, state in draft.surfaces.items()},
    }
    return values, draft.sources


_COLUMNS = {
    Update: ("audience", "progress", "headline", "impact", "mitigation", "no_unknowns"),
    Escalation: ("summary", "impact", "decision", "ask", "owner_id"),
    LeadershipNote: ("happened", "path", "confidence", "uncertain", "need", "owner_id"),
}


def _values_from_corrected(
    facts: IncidentFacts, old: Message, now: datetime
) -> tuple[dict[str, Any], tuple[Source, ...]]:
    """The values of the message to correct, with a new promise."""
    values = {name.removesuffix("_id"): getattr(old, name) for name in _COLUMNS[type(old)]} | {
        "corrects": old.number
    }
    if isinstance(old, Update):
        values |= _numbered(tuple(old.unknowns))
        values |= _states_from_corrected(facts, old, now)
    if not isinstance(old, LeadershipNote):
        following = facts.next_checkpoint
        at = message_facts.cadence(facts.incident, now)
        values["next_at"] = suggest_next_at(at, following.due_at if following else None)
    return values, (Source(str(old).lower(), old.get_absolute_url()),)


def _states_from_corrected(facts: IncidentFacts, old: Update, now: datetime) -> dict[str, str]:
    """A recovery is only drafted anew where it may be, and a person says so of each surface."""
    if old.progress != Progress.RECOVERED:
        return {f"surface_{row.surface_id}": row.state for row in old.surface_states.all()}
    states = {f"surface_{surface.pk}": "" for surface in facts.surfaces}
    if may_say_recovered(drafting.update_draft_facts(facts, now)):
        return states
    return states | {"progress": ""}


def _numbered(unknowns: tuple[str, ...]) -> dict[str, str]:
    return {f"unknown_{number}": unknown for number, unknown in enumerate(unknowns, start=1)}
