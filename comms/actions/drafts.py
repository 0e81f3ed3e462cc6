"""What an author has typed of a message so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from comms.models import MessageDraft
from comms.vocabulary import MessageKind
from incidents.actions.decision_input import masked_raw
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Submission
from incidents.vocabulary import LaneKind
from kernel.actor import Actor


def save_draft(
    actor: Actor,
    incident_id: int,
    kind: MessageKind,
    data: Mapping[str, Any],
    *,
    now: datetime,
    once: UUID | None = None,
) -> MessageDraft | None:
    """Keep what the author has typed so far, secrets masked; None when it is published already.

    No entry: a draft is nobody else's business. ``once`` is the key of the form that is written:
    what is still on its way when it was published must not come back as a draft.
    """
    kept = masked_raw(data)
    lane = LaneKind.COMMUNICATION.value
    with incident_action("message.publish", actor, incident_id, now, lane=lane) as incident:
        if once is not None and Submission.objects.filter(pk=once).exists():
            return None
        return write_draft(actor, incident, kind, kept, now)


def write_draft(
    actor: Actor, incident: Incident, kind: MessageKind, data: dict[str, Any], now: datetime
) -> MessageDraft:
    """A step: the draft's row, within a transaction of the caller's."""
    draft, _ = MessageDraft.objects.update_or_create(
        incident=incident,
        kind=kind,
        author_id=actor.id,
        defaults={"data": data, "saved_at": now},
    )
    return draft


def forget_draft(actor: Actor, incident: Incident, kind: MessageKind) -> None:
    """A step: it is published."""
    MessageDraft.objects.filter(incident=incident, kind=kind, author_id=actor.id).delete()
