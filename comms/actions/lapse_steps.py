"""Steps that remind people of a promised update and record one that did not come."""

from datetime import datetime

from django.urls import reverse

from comms.actions.steps import LANE
from comms.facts import promises
from comms.models import Lapse, Update
from comms.rules.commitment import DUE, LAPSED, SOON
from incidents.actions.claims import claim
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, RoleName
from kernel.actor import SYSTEM

_SENTENCES = {
    SOON: "The next update of {} is promised in 5 minutes.",
    DUE: "The next update of {} is promised for now.",
    LAPSED: "The promised update of {} did not come: publish it, and say why.",
}


def note_lapsed_step(incident: Incident, now: datetime) -> None:
    """Record lapsed promises that no tick has recorded yet, before a new update fulfils them."""
    check_locked(incident)
    for commitment in promises.of(incident):
        if not commitment.promise.is_lapsed(now):
            continue
        # The tick makes the same claim, so that only one of the two records the lapse.
        if claim(LAPSED, str(commitment.update.pk), commitment.next_at, now):
            lapse_step(incident, commitment.update, now)


def lapse_step(incident: Incident, update: Update, now: datetime) -> None:
    """``noticed_at`` is later than the lapse itself after an outage."""
    Lapse.objects.create(update=update, noticed_at=now)
    remind_step(incident, update, LAPSED, now)


def remind_step(incident: Incident, update: Update, kind: str, now: datetime) -> None:
    """Record the reminder and notify the people concerned."""
    # Only a promise with a time has reminders.
    assert update.next_at is not None
    people = _people_to_remind(incident, kind)
    names = listed(map(str, people)) or "Nobody"
    record(
        incident,
        kind,
        SYSTEM,
        now,
        lane=LANE,
        subject=update.reference,
        next_at=update.next_at.isoformat(),
        told=f"{names} {'were' if len(people) > 1 else 'was'}",
    )
    sentence = _SENTENCES[kind].format(incident.reference)
    href = reverse("update-write", args=[incident.pk])
    notify_step(incident, people, kind, sentence, href, now, update.reference)


def _people_to_remind(incident: Incident, kind: str) -> list[Person]:
    """The communication owner, else the commander; after a lapse both."""
    owner = holder(incident, RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    able = owner is not None and owner.is_active and owner.is_responder
    commander = holder(incident, RoleName.COMMANDER)
    people = [owner if able else None, commander if kind == LAPSED or not able else None]
    return list(dict.fromkeys(person for person in people if person is not None))
