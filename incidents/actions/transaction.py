"""What every action shares: one durable transaction, the locked incident, the permission.

The order is always permission, lock, facts, rules, rows and entry, push after commit. Permission is
checked under the lock, so that a role that was just taken away no longer counts.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from uuid import UUID

from django.db import models, transaction

from incidents.actions.submissions import release_submission, submit_once
from incidents.locking import lock
from incidents.models import Incident
from incidents.permissions import refused_actions, require
from incidents.rules.phase import ended_violation
from incidents.timeline.sealing import sealed_timelines
from kernel.actor import Actor
from kernel.refusal import Refused


class RefusedAfterCommit(Refused):
    """Refuses an action and still commits what it wrote before: a draft, the refusal's own entry.

    Raise it inside ``incident_action``, instead of ``Refused``, which undoes everything.
    """


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

    ``once`` is the key of the submission: a second one with the same key raises ``AlreadyDone``.
    After ``RefusedAfterCommit`` the key is free again, since the mended form is sent with it.
    """
    refusal: RefusedAfterCommit | None = None
    with transaction.atomic(durable=True), sealed_timelines():
        incident = lock(incident_id)
        require(permission, actor, incident, lane)
        # Before the check for an ended incident: a form that is sent twice is redirected to its
        # result, also when that result ended the incident.
        if once is not None:
            submit_once(once, actor, now, incident.get_absolute_url())
        _refuse_ended(permission, incident)
        try:
            yield incident
        except RefusedAfterCommit as refused:
            release_submission(once)
            refusal = refused
    if refusal is not None:
        raise refusal


def _refuse_ended(permission: str, incident: Incident) -> None:
    if permission not in refused_actions(incident):
        return
    violation = ended_violation(
        incident.reference,
        incident.get_status_display().lower(),
        is_backfilled=incident.is_backfilled,
        is_in_error=incident.is_in_error,
    )
    raise Refused([violation])


def next_number(rows: models.QuerySet) -> int:
    """The next number of a series within a locked incident."""
    return (rows.aggregate(last=models.Max("number"))["last"] or 0) + 1
