"""What an author has typed of a decision so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.actions.draft_steps import write_draft_step
from incidents.models import Checkpoint, DecisionDraft
from incidents.permissions import require
from incidents.rules.draft import NO_STAMP, DraftStamp
from kernel.actor import Actor
from kernel.text import masked_raw


def save_draft(
    actor: Actor,
    checkpoint: Checkpoint,
    data: Mapping[str, Any],
    *,
    stamp: DraftStamp = NO_STAMP,
    now: datetime,
) -> DecisionDraft | None:
    """Save what the author has typed so far, secrets masked; None if it is decided already.

    No entry: a draft is nobody else's business. Returns the stored draft, which is that of another
    page of the author where this one may not replace it.
    """
    masked = masked_raw(data)
    with transaction.atomic(durable=True):
        require("decision.decide", actor, checkpoint.incident)
        # A request that is still under way when the checkpoint is decided must not bring the
        # draft back, so the check is made under the lock of the checkpoint.
        current = Checkpoint.objects.select_for_update().get(pk=checkpoint.pk)
        return write_draft_step(current, actor, masked, stamp, now) if current.is_open else None
