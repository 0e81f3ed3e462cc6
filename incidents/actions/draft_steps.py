"""Steps that write drafts, inside the transaction of an action."""

from datetime import datetime
from typing import Any

from incidents.actions.notices import notify_step
from incidents.models import Checkpoint, DecisionDraft, Draft, Incident, Person
from incidents.rules.draft import DraftStamp, may_replace
from kernel.actor import Actor


def save_draft_step[D: Draft](
    rows: type[D], raw: dict[str, Any], stamp: DraftStamp, now: datetime, **owner: Any
) -> D:
    """Store the form as typed, secrets masked, as the draft of ``owner`` (its unique columns).

    Returns what is stored afterwards: the draft of another page of the author where that one may
    not be replaced. The caller holds the lock under which all drafts of ``owner`` are written.
    """
    columns = {
        "data": raw,
        "saved_at": now,
        "form": stamp.form,
        "save_number": stamp.number,
    }
    draft, created = rows._default_manager.get_or_create(**owner, defaults=columns)
    stored = DraftStamp(form=draft.form, number=draft.save_number)
    if not created and may_replace(stamp, stored, draft.saved_at):
        for name, column in columns.items():
            setattr(draft, name, column)
        draft.save(update_fields=list(columns))
    return draft


def write_draft_step(
    checkpoint: Checkpoint, actor: Actor, raw: dict[str, Any], stamp: DraftStamp, now: datetime
) -> DecisionDraft:
    """Store the form of a decision as its author's draft."""
    owner = {"checkpoint": checkpoint, "author_id": actor.id}
    return save_draft_step(DecisionDraft, raw, stamp, now, **owner)


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
