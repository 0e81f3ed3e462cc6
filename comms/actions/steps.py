"""Steps that publishing a message shares, inside the transaction that locked the incident."""

from datetime import datetime
from typing import Any
from uuid import UUID

from comms.actions.message_input import MessageInput
from comms.actions.repeats import repeated
from comms.delivery.fan_out import announce_step
from comms.facts.receivers import default_receivers
from comms.models import MessageDraft
from comms.models.message import Message
from comms.rules.repeat import repeat_violations
from comms.vocabulary import MessageKind
from incidents.actions.draft_steps import save_draft_step
from incidents.actions.notices import notify_step
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import next_number
from incidents.locking import check_locked
from incidents.models import Incident
from incidents.rules.draft import DraftStamp
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from kernel.refusal import Refused, Violation

LANE = LaneKind.COMMUNICATION.value

type Violations = tuple[Violation, ...]


def unreadable_first(message_input: MessageInput, violations: Violations) -> Violations:
    """The fields that could not be read come first, in place of what the rules say of them."""
    unreadable = {problem.field for problem in message_input.shape}
    return message_input.shape + tuple(
        violation for violation in violations if violation.field not in unreadable
    )


def refuse_repeat(
    incident: Incident,
    kind: type[Message],
    message_input: MessageInput,
    actor: Actor,
    now: datetime,
) -> None:
    """Refuse what the author published a moment ago, from another tab; no draft is kept of it."""
    check_locked(incident)
    first = repeated(incident, kind, message_input, actor, now)
    if first is not None:
        raise Refused(repeat_violations(first.reference, first.get_absolute_url()))


def keep_refused_step(
    incident: Incident,
    kind: MessageKind,
    actor: Actor,
    message_input: MessageInput,
    now: datetime,
) -> None:
    """Save refused input as the author's draft."""
    check_locked(incident)
    if message_input.raw:
        write_draft_step(incident, kind, actor, dict(message_input.raw), message_input.stamp, now)


def columns_step(
    incident: Incident,
    kind: type[Message],
    message_input: MessageInput,
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """The columns that every message has; its number is free until the transaction ends."""
    check_locked(incident)
    rows = kind._default_manager.filter(incident=incident)
    corrects = message_input.corrects
    old = rows.get(number=corrects) if corrects is not None else None
    return {
        "incident": incident,
        "number": next_number(rows),
        "published_at": now,
        "published_by_id": actor.id,
        "corrects": old,
        "correction": message_input.correction if old is not None else "",
    }


def correction_entry(message: Message) -> dict[str, str]:
    """The part of a timeline entry that describes a correction."""
    return {"corrects": str(message.corrects or ""), "correction": message.correction}


def after_publishing_step(
    incident: Incident,
    message: Message,
    kind: MessageKind,
    actor: Actor,
    once: UUID | None,
    now: datetime,
) -> None:
    """Announce the message to its followers and delete the author's draft."""
    announce_step(message, now)
    delete_draft_step(incident, kind, actor)
    redirect_submission(once, message.get_absolute_url())


def notify_receivers_step(
    incident: Incident,
    message: Message,
    kind: MessageKind,
    actor: Actor,
    sentence: str,
    now: datetime,
) -> None:
    """Those who get it without following: admins, who asks for it, and named leaders."""
    people = list(default_receivers(incident, actor.id))
    code = f"{kind}.published"
    href = message.get_absolute_url()
    notify_step(incident, people, code, sentence[:300], href, now, message.reference)


def write_draft_step(
    incident: Incident,
    kind: MessageKind,
    actor: Actor,
    raw: dict[str, Any],
    stamp: DraftStamp,
    now: datetime,
) -> MessageDraft:
    check_locked(incident)
    owner = {"incident": incident, "kind": kind, "author_id": actor.id}
    return save_draft_step(MessageDraft, raw, stamp, now, **owner)


def delete_draft_step(incident: Incident, kind: MessageKind, actor: Actor) -> None:
    MessageDraft.objects.filter(incident=incident, kind=kind, author_id=actor.id).delete()
