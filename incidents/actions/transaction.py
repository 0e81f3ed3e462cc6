"""What every action shares: one durable transaction, the locked incident, the permission.

The order is always permission, lock, facts, rules, rows and entry, push after commit. Permission is
checked under the lock, so that a role that was just taken away no longer counts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from incidents.actions.submissions import submit_once
from incidents.locking import lock
from incidents.models import Incident
from incidents.permissions import refused_actions, require
from kernel.actor import Actor
from kernel.refusal import Refused


@contextmanager
def incident_action(
    permission: str,
    actor: Actor,
    incident_id: int,
    now: datetime,
    *,
    lane: str = "",
    once: UUID | None = None,
) -> Iterator[Incident]:
    """Open the transaction of one state change on one incident.

    ``once`` names the submission: a second one with the same key raises ``AlreadyDone``.
    """
    with transaction.atomic(durable=True):
        incident = lock(incident_id)
        require(permission, actor, incident, lane)
        # First: what was sent twice is led to what came of it, also when that ended the incident.
        if once is not None:
            submit_once(once, actor, now, incident.get_absolute_url())
        _refuse_ended(permission, incident)
        yield incident


def _refuse_ended(permission: str, incident: Incident) -> None:
    if permission not in refused_actions(incident):
        return
    now = incident.get_status_display().lower()
    if incident.is_backfilled:
        words = f"{incident.reference} is {now}: it was handled elsewhere, nothing is steered here."
    else:
        first = "take that back" if incident.is_in_error else "reopen it"
        words = f"{incident.reference} is {now}: {first} before anything in it is decided."
    raise Refused.because("T-OVER", words)


def next_number(rows: models.QuerySet) -> int:
    """The next number of a series within a locked incident."""
    return (rows.aggregate(last=models.Max("number"))["last"] or 0) + 1
