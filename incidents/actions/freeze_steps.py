"""Steps that freeze a surface, inside the transaction of an action."""

from datetime import datetime

from incidents.locking import check_locked
from incidents.models import Freeze, Incident, Surface
from incidents.rules.freeze import FreezeFacts
from incidents.timeline.record import record
from kernel.actor import Actor
from kernel.text import clean_text


def current_freeze(incident: Incident, surface: Surface) -> Freeze | None:
    """The freeze of the surface, or the reason for none, that is in force."""
    return incident.freezes.current().filter(surface=surface).first()


def freeze_facts(surface: Surface, current: Freeze | None) -> FreezeFacts:
    return FreezeFacts(
        surface.name,
        is_frozen=current is not None and not current.declined,
        is_declined=current is not None and current.declined,
    )


def freeze_step(
    incident: Incident, actor: Actor, surface: Surface, scope: str, reason: str, now: datetime
) -> Freeze:
    """Freeze the surface and write its entry; a reason why not is over by that."""
    check_locked(incident)
    current = current_freeze(incident, surface)
    if current is not None:
        end_freeze(current, now, "frozen after all")
    row = Freeze.objects.create(
        incident=incident,
        surface=surface,
        scope=clean_text(scope, 200),
        reason=clean_text(reason, 300),
        since=now,
    )
    stop = f"{row.scope}." if row.scope else "All merges."
    record(incident, "freeze.set", actor, now, surface=surface.name, scope=stop, reason=row.reason)
    return row


def end_freeze(row: Freeze, now: datetime, reason: str) -> None:
    row.until, row.lift_reason = now, reason
    row.save(update_fields=["until", "lift_reason"])
