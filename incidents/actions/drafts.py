"""What an author has typed of a decision so far."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from incidents.actions.decision_input import masked_raw
from incidents.actions.notices import notify_step
from incidents.models import Checkpoint, DecisionDraft, Incident, Person
from incidents.permissions import require
from kernel.actor import Actor


def save_draft(
    actor: Actor, checkpoint: Checkpoint, data: Mapping[str, Any], *, now: datetime
) -> DecisionDraft | None:
    """Keep what the author has typed so far, secrets masked; None when it is decided already.

    No entry: a draft is nobody else's business.
    """
    masked = masked_raw(data)
    with transaction.atomic(durable=True):
        require("decision.decide", actor, checkpoint.incident)
        # What is still on its way when the checkpoint was decided must not come back as a draft.
        current = Checkpoint.objects.select_for_update().get(pk=checkpoint.pk)
        return write_draft_step(actor, current, masked, now) if current.is_open else None


def write_draft_step(
    actor: Actor, checkpoint: Checkpoint, data: dict[str, list[str]], now: datetime
) -> DecisionDraft:
    """A step: the draft's row, within a transaction of the caller's."""
    draft, _ = DecisionDraft.objects.update_or_create(
        checkpoint=checkpoint, author_id=actor.id, defaults={"data": data, "saved_at": now}
    )
    return draft


def notify_draft_authors_step(incident: Incident, commander: Person, now: datetime) -> None:
    """A step: command has passed, so whoever has a draft hears that it is kept, and for whom."""
    checkpoints = incident.checkpoints.open()
    drafts = DecisionDraft.objects.filter(checkpoint__in=checkpoints).exclude(author=commander)
    for draft in drafts.select_related("author", "checkpoint"):
        reference = draft.checkpoint.reference
        sentence = (
            f"Your draft for {reference} of {incident.reference} is kept;"
            f" {commander} commands now and can take it over."
        )
        href = incident.get_absolute_url()
        notify_step(incident, [draft.author], "draft.kept", sentence[:300], href, now, reference)
