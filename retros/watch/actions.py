"""The 24 h watch: check-ins due, answered or missed, its end, and opening the incident again."""

from datetime import datetime
from uuid import UUID

from incidents.actions.claims import claim
from incidents.actions.lifecycle_steps import set_status_step
from incidents.actions.notices import notify_step
from incidents.actions.ownership import can_answer
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action
from incidents.models import Incident, Person
from incidents.timeline import replay
from incidents.timeline.record import record
from incidents.vocabulary import RoleName, Status
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused
from kernel.text import clean_text
from retros.models import CheckIn
from retros.vocabulary import End
from retros.watch import rules
from retros.watch.facts import open_watch, watch_href
from retros.watch.steps import end_offer_step, reopen_step

HELD_KIND = replay.KINDS.register("watch.held")

DUE_KIND = "watch.asked"
MISSED_KIND = "watch.missed"


def check_in(
    actor: Actor, incident_id: int, *, text: str, now: datetime, once: UUID | None = None
) -> CheckIn | None:
    """Check in: it answers every check-in that is due, since an older one needs no look of its own.

    The entry names the newest of them; a check-in before its time is an entry only.
    """
    with incident_action("watch.check_in", actor, incident_id, now, once=once) as incident:
        closing = open_watch(incident)
        if violations := rules.check_in_violations(closing is not None, text):
            raise Refused(violations)
        assert closing is not None
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
    """Remind the watch owner of a check-in that is due, once; false when it is no longer needed.

    Where no watch owner can act, commander and deputy are reminded instead; of a missed check-in
    they are told as well.
    """
    incident_id = CheckIn.objects.select_related("closing").get(pk=check_in).closing.incident_id
    with incident_action("watch.remind", SYSTEM, incident_id, now) as incident:
        row: CheckIn = CheckIn.objects.select_related("closing").get(pk=check_in)
        if row.closing.ended_at or row.answered_at:
            return False
        due_at = row.due_at if kind == DUE_KIND else row.due_at + rules.CHECK_IN_GRACE
        if not claim(kind, str(row.pk), due_at, now):
            return False
        owner = holder(incident, RoleName.WATCH_OWNER)
        leaders = [holder(incident, role) for role in (RoleName.COMMANDER, RoleName.DEPUTY)]
        people = [owner] if owner and can_answer(incident, owner) else leaders
        sentence = f"Check in on {incident.reference}: {row.hour} h after closing."
        if kind == MISSED_KIND:
            row.missed_at = now
            row.save(update_fields=["missed_at"])
            people += leaders
            sentence = f"The check-in {row.hour} h after closing {incident.reference} was missed."
        recipients = list(dict.fromkeys(person for person in people if person is not None))
        names = ", ".join(str(person) for person in recipients) or "Nobody"
        record(incident, kind, SYSTEM, now, hour=row.hour, told=names)
        notify_step(incident, recipients, kind, sentence, watch_href(incident), now)
    return True


def end_watch(incident_id: int, *, now: datetime) -> bool:
    """Close an incident after 24 h without its trigger; false when the watch is not over yet."""
    with incident_action("watch.end", SYSTEM, incident_id, now) as incident:
        closing = open_watch(incident)
        if closing is None or now < closing.watch_until:
            return False
        closing.ended_at, closing.end = now, End.HELD
        closing.save(update_fields=["ended_at", "end"])
        becomes = set_status_step(incident, Status.CLOSED)
        record(incident, HELD_KIND, SYSTEM, now, trigger=closing.trigger, becomes=becomes)
        end_offer_step(incident, closing, SYSTEM, now)
    return True


def fire_trigger(
    actor: Actor, incident_id: int, *, signal: str = "", now: datetime, once: UUID | None = None
) -> Incident:
    """The rollback trigger fired: the incident is active again, without a further question.

    ``signal`` is what was seen, if there was time to write it.
    """
    with incident_action("watch.fire", actor, incident_id, now, once=once) as incident:
        closing = open_watch(incident)
        if violations := rules.fire_violations(closing is not None):
            raise Refused(violations)
        assert closing is not None
        seen = clean_text(signal, 500) or closing.trigger
        reason = f"The rollback trigger fired. {seen}"
        reopen_step(incident, closing, End.FIRED, reason, actor, now)
    return incident


def reopen(
    actor: Actor, incident_id: int, *, reason: str, now: datetime, once: UUID | None = None
) -> Incident:
    """Make a watched or closed incident active again, with a reason. The gate is judged anew."""
    with incident_action("incident.reopen", actor, incident_id, now, once=once) as incident:
        if violations := rules.reopen_violations(incident.status, reason):
            raise Refused(violations)
        closing = open_watch(incident)
        reopen_step(incident, closing, End.REOPENED, clean_text(reason, 500), actor, now)
    return incident
