"""Steps that publishing shares, each within a transaction that holds the incident."""

from datetime import datetime
from typing import Any
from uuid import UUID

from comms.actions.drafts import forget_draft, write_draft
from comms.actions.written import Written
from comms.delivery.fan_out import announce
from comms.models.message import Message
from comms.vocabulary import MessageKind
from incidents.actions.submissions import redirect_submission
from incidents.actions.transaction import next_number
from incidents.locking import check_locked
from incidents.models import Incident
from incidents.vocabulary import LaneKind
from kernel.actor import Actor
from kernel.refusal import Violation

LANE = LaneKind.COMMUNICATION.value

type Found = tuple[Violation, ...]


def unread_first(written: Written, found: Found) -> Found:
    """What could not be read says so itself; the rules are silent about those fields."""
    unread = {problem.field for problem in written.shape}
    return written.shape + tuple(one for one in found if one.field not in unread)


def keep_refused(
    incident: Incident,
    kind: MessageKind,
    actor: Actor,
    written: Written,
    now: datetime,
) -> None:
    """What was refused stays as the author's draft."""
    check_locked(incident)
    if written.raw:
        write_draft(actor, incident, kind, dict(written.raw), now)


def columns(
    incident: Incident, kind: type[Message], written: Written, actor: Actor, now: datetime
) -> dict[str, Any]:
    """The columns that every message has."""
    check_locked(incident)
    rows = kind._default_manager.filter(incident=incident)
    old = rows.get(number=written.corrects) if written.corrects is not None else None
    return {
        "incident": incident,
        "number": next_number(rows),
        "published_at": now,
        "published_by_id": actor.id,
        "corrects": old,
        "correction": written.correction if old is not None else "",
    }


def corrected(made: Message) -> dict[str, str]:
    """What an entry says of a correction, so that it can be read alone."""
    return {"corrects": str(made.corrects or ""), "correction": made.correction}


def sent(made: Message, kind: MessageKind, actor: Actor, once: UUID | None, now: datetime) -> None:
    """A delivery owed to everybody who follows it, and the author's draft gone."""
    announce(made, now)
    forget_draft(actor, made.incident, kind)
    redirect_submission(once, made.get_absolute_url())
