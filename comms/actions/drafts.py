"""What an author has typed of a message so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from comms.actions.steps import LANE, write_draft_step
from comms.models import MessageDraft
from comms.vocabulary import MessageKind
from incidents.actions.transaction import incident_action
from incidents.models import Submission
from incidents.rules.draft import NO_STAMP, DraftStamp
from kernel.actor import Actor
from kernel.text import masked_raw


def save_draft(
    actor: Actor,
    incident_id: int,
    kind: MessageKind,
    raw: Mapping[str, Any],
    *,
    stamp: DraftStamp = NO_STAMP,
    now: datetime,
    once: UUID | None = None,
) -> MessageDraft | None:
    """Save what the author has typed so far, secrets masked; None if it is published already.

    A draft is private, so no entry is recorded. ``once`` is the key of the form: a request that is
    still on its way when the form is published must not bring the draft back. Returns the stored
    draft, which is that of another page of the author where this one may not replace it.
    """
    masked = masked_raw(raw)
    with incident_action("message.publish", actor, incident_id, now, lane=LANE) as incident:
        if once is not None and Submission.objects.filter(pk=once).exists():
            return None
        return write_draft_step(incident, kind, actor, masked, stamp, now)
