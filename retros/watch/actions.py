"""The 24 h watch: check-ins asked for, answered or missed, and its end."""

from datetime import datetime
from uuid import UUID

from incidents.actions.claims import claim
from incidents.actions.lifecycle_steps import set_status_step
from incidents.actions.notices import notify_step
from incidents.actions.ownership import can_answer
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action
from incidents.models import Person
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import RoleName, Status
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from retros.closing.actions import end_offer, watch_href, watched
from retros.models import CheckIn
from retros.vocabulary import End
from retros.watch import rules

HELD = replay.register("watch.held")

ASKED = "watch.asked"
MISSED = "watch.missed"


def check_in(
    actor: Actor, incident_id: int, *, text: str, now: datetime, once: UUID | None = None
) -> CheckIn | None:
    """Say what one sees. It answers every check-in that waits, the newest by name: who looked now
    has nothing to add to an older question. One before its time is an entry only."""
    with incident_action("watch.check_in", actor, incident_id, now, once=once) as incident:
        closing = watched(incident)
        if closing is None:
            raise Refused.because("W-OVER", "The watch is over.", "text")
        if problems := rules.check_in_violations(text):
            raise Refused(problems)
        text = clean_text(text, 500)
        waiting = closing.check_ins.filter(answered_at=None, due_at__lte=now)
        row: CheckIn | None = waiting.order_by("-due_at").first()
        by = Person.objects.get(pk=actor.id)
        waiting.update(answered_at=now, text=text, answered_by=by)
        if row is not None:
            row.refresh_from_db()
        record(incident, "watch.checked", actor, now, hour=row.hour if row else None, text=text)
    return row


def remind(check_in: int, kind: str, *, now: datetime) -> bool:
    """Ask the watch owner at its time, or who leads where nobody watches any more; tell them and
    the commander when it was missed.

    Each is done once, whoever asks for it; false where it was done, or is needed no more.
    """
    found = CheckIn.objects.select_related("closing").get(pk=check_in)
    with incident_action("watch.remind", SYSTEM, found.closing.incident_id, now) as incident:
        row: CheckIn = CheckIn.objects.select_related("closing").get(pk=check_in)
        if row.closing.ended_at or row.answered_at:
            return False
        due_at = row.due_at if kind == ASKED else row.due_at + rules.GRACE
        if not claim(kind, str(row.pk), due_at, now):
            return False
        owner = holder(incident, RoleName.WATCH_OWNER)
        leaders = [holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DEPUTY)]
        people = [owner] if owner and can_answer(incident, owner) else leaders
        words = f"Check in on {incident.reference}: {row.hour} h after closing."
        if kind == MISSED:
            row.missed_at = now
            row.save(update_fields=["missed_at"])
            people += leaders
            words = f"The check-in {row.hour} h after closing {incident.reference} was missed."
        told = list(dict.fromkeys(person for person in people if person is not None))
        names = ", ".join(str(person) for person in told) or "Nobody"
        record(incident, kind, SYSTEM, now, hour=row.hour, told=names)
        notify_step(incident, told, kind, words, watch_href(incident), now)
    return True


def end_watch(incident_id: int, *, now: datetime) -> bool:
    """After 24 h without its trigger the incident is closed; false where that is not so."""
    with incident_action("watch.end", SYSTEM, incident_id, now) as incident:
        closing = watched(incident)
        if closing is None or now < closing.watch_until:
            return False
        closing.ended_at, closing.end = now, End.HELD
        closing.save(update_fields=["ended_at", "end"])
        becomes = set_status_step(incident, Status.CLOSED)
        record(incident, HELD, SYSTEM, now, trigger=closing.trigger, becomes=becomes)
        end_offer(incident, closing, SYSTEM, now)
    return True
