"""Writing up an incident that was handled elsewhere.

It has no gate, no watch, no package and no reminders, and nobody is notified of it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from incidents.actions.lifecycle import initial_values
from incidents.actions.numbers import draw_number
from incidents.actions.role_steps import join_step, put_in_role_step, responder_violations
from incidents.actions.submissions import redirect_submission, submit_once
from incidents.locking import lock
from incidents.models import Backfill, Incident, Person, Surface
from incidents.permissions import require
from incidents.rules import backfilling as rules
from incidents.rules.backfilling import Account
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.timeline.sealing import sealed_timelines
from incidents.vocabulary import Phase, RoleName, Severity, Status
from kernel.actor import Actor
from kernel.refusal import Refused
from kernel.text import clean_line, clean_text

BACKFILLED = replay.KINDS.register("incident.backfilled")


@dataclass(frozen=True, slots=True, kw_only=True)
class BackfillInput:
    """The account, with its surfaces and people. The author is its commander by default."""

    account: Account
    surfaces: tuple[Surface, ...] = ()
    restricted: bool = False
    commander: Person | None = None


def backfill(
    actor: Actor, backfill_input: BackfillInput, *, now: datetime, once: UUID | None = None
) -> Incident:
    """Record what was handled elsewhere: its row, its account, its two entries.

    The entries are dated now, with the times of the account in their data. Nobody is notified.
    """
    with transaction.atomic(durable=True), sealed_timelines():
        require("incident.backfill", actor)
        submit_once(once, actor, now, "/")
        author = Person.objects.get(pk=actor.id)
        commander = backfill_input.commander or author
        problems = rules.violations(backfill_input.account, now)
        problems += responder_violations(commander, "commander")
        if problems:
            raise Refused(problems)
        incident = lock(_create_incident(backfill_input, author).pk)
        incident.surfaces.set(backfill_input.surfaces)
        row = _write_account(incident, backfill_input.account, author, now)
        join_step(incident, author, now)
        put_in_role_step(incident, RoleName.COMMANDER, "", commander, now)
        _record(incident, row, backfill_input.surfaces, actor, now)
        record(
            incident,
            "role.assigned",
            actor,
            now,
            role=RoleName.COMMANDER.label,
            person=str(commander),
            person_id=commander.pk,
            before="",
        )
        redirect_submission(once, incident.get_absolute_url())
    return incident


def _create_incident(backfill_input: BackfillInput, author: Person) -> Incident:
    account = backfill_input.account
    # The rules have just required it.
    assert account.declared_at is not None
    return Incident.objects.create(
        pk=draw_number(Incident, restricted=backfill_input.restricted),
        title=clean_line(account.title, 160),
        severity=account.severity,
        phase=Phase.HARDENING,
        status=Status.BACKFILLED,
        restricted=backfill_input.restricted,
        evidence_channel=clean_text(account.kept, 300),
        declared_at=account.declared_at,
        declared_by=author,
    )


def _write_account(incident: Incident, account: Account, author: Person, now: datetime) -> Backfill:
    assert account.began_at is not None
    assert account.mitigated_at is not None
    assert account.recovered_at is not None
    return Backfill.objects.create(
        incident=incident,
        began_at=account.began_at,
        mitigated_at=account.mitigated_at,
        recovered_at=account.recovered_at,
        happened=clean_text(account.happened, 4000),
        done=clean_text(account.done, 4000),
        kept=incident.evidence_channel,
        source=clean_text(account.source, 500),
        at=now,
        by=author,
    )


def _record(
    incident: Incident, row: Backfill, surfaces: tuple[Surface, ...], actor: Actor, now: datetime
) -> None:
    times: dict[str, Any] = {
        "began_at": row.began_at.isoformat(),
        "declared_at": incident.declared_at.isoformat(),
        "mitigated_at": row.mitigated_at.isoformat(),
        "recovered_at": row.recovered_at.isoformat(),
    }
    record(
        incident,
        BACKFILLED,
        actor,
        now,
        title=incident.title,
        severity=Severity(incident.severity).label,
        by=str(row.by),
        surfaces=[surface.name for surface in surfaces],
        happened=row.happened,
        done=row.done,
        kept=row.kept,
        source=row.source,
        becomes=initial_values(incident, surfaces),
        **times,
    )
