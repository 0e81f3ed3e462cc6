"""Steps that write drafts of decisions, inside the transaction of an action."""

from datetime import datetime

from incidents.actions.notices import notify_step
from incidents.models import Checkpoint, DecisionDraft, Incident, Person
from kernel.actor import Actor


def write_draft_step(
    checkpoint: Checkpoint, actor: Actor, raw: dict[str, list[str]], now: datetime
) -> DecisionDraft:
    """Store the form as typed, secrets masked, as the author's draft."""
    draft, _ = DecisionDraft.objects.update_or_create(
        checkpoint=checkpoint, author_id=actor.id, defaults={"data": raw, "saved_at": now}
    )
    return draft


def notify_draft_authors_step(incident: Incident, commander: Person, now: datetime) -> None:
    """Command has passed: tell everybody with a draft that it is kept, and for whom."""
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
