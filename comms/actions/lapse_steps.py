"""Steps that remind people of what readers wait for and record what did not come."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from comms.actions.steps import LANE
from comms.facts import promises
from comms.models import Lapse
from comms.rules.commitment import DUE, LAPSED, SOON, Promise, PromiseKind
from incidents.actions.claims import claim
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, RoleName
from kernel.actor import SYSTEM

_PROMISED = {
    SOON: "The next update of {} is promised in 5 minutes.",
    DUE: "The next update of {} is promised for now.",
    LAPSED: "The promised update of {} did not come: publish it, and say why.",
}
_ESCALATED = {
    SOON: "Those who were asked to help with {} expect the next update in 5 minutes.",
    DUE: "Those who were asked to help with {} expect the next update now.",
    LAPSED: "The update that an escalation of {} promised did not come: send it, and say why.",
}
_FIRST = {
    SOON: "The first update of {} is due in 5 minutes.",
    DUE: "The first update of {} is due now.",
    LAPSED: "The first update of {} did not come: readers do not know of it yet.",
}
_CAME_BACK = dict.fromkeys(
    (SOON, DUE), "{} is open again, and readers still read that it recovered: correct it."
) | {LAPSED: "Readers of {} still read that it recovered, and it has come back."}
_SENTENCES = {
    PromiseKind.UPDATE: _PROMISED,
    PromiseKind.ESCALATION: _ESCALATED,
    PromiseKind.FIRST: _FIRST,
    PromiseKind.CAME_BACK: _CAME_BACK,
}
_ENTRIES = {
    PromiseKind.FIRST: {
        SOON: "update.first_soon",
        DUE: "update.first_due",
        LAPSED: "update.first_missed",
    },
    PromiseKind.CAME_BACK: dict.fromkeys((SOON, DUE, LAPSED), "update.outdated"),
}
"""The timeline kinds where no message made the promise."""

_MODELS = {PromiseKind.UPDATE: "update_id", PromiseKind.ESCALATION: "escalation_id"}


def note_lapsed_step(incident: Incident, now: datetime) -> None:
    """Record lapsed promises that no tick has recorded yet, before a new message fulfils them."""
    check_locked(incident)
    for promise in promises.of(incident):
        if promise.kind not in _MODELS or not promise.is_lapsed(now):
            continue
        # The tick makes the same claim, so that only one of the two records the lapse.
        if claim(LAPSED, promise.subject, promise.due_at, now):
            lapse_step(incident, promise, now)


def lapse_step(incident: Incident, promise: Promise, now: datetime) -> None:
    """``noticed_at`` is later than the lapse itself after an outage."""
    check_locked(incident)
    if column := _MODELS.get(promise.kind):
        message: dict[str, Any] = {column: promise.key}
        Lapse.objects.create(**message, noticed_at=now)
    remind_step(incident, promise, LAPSED, now)


def remind_step(incident: Incident, promise: Promise, kind: str, now: datetime) -> None:
    """Record the reminder and notify the people concerned."""
    people = _people_to_remind(incident, kind)
    names = listed(map(str, people)) or "Nobody"
    record(
        incident,
        _ENTRIES.get(promise.kind, {}).get(kind, kind),
        SYSTEM,
        now,
        lane=LANE,
        subject=promise.reference,
        next_at=promise.due_at.isoformat(),
        told=f"{names} {'were' if len(people) > 1 else 'was'}",
    )
    sentence = _SENTENCES[promise.kind][kind].format(incident.reference)
    page = "escalation-write" if promise.kind == PromiseKind.ESCALATION else "update-write"
    href = reverse(page, args=[incident.pk])
    notify_step(incident, people, kind, sentence, href, now, promise.reference)


def _people_to_remind(incident: Incident, kind: str) -> list[Person]:
    """The communication owner, else the commander; after a lapse both, and the deputy."""
    owner = holder(incident, RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    able = owner is not None and owner.is_active and owner.is_responder
    commander = holder(incident, RoleName.COMMANDER)
    people = [owner if able else None, commander if kind == LAPSED or not able else None]
    if kind == LAPSED:
        people.append(holder(incident, RoleName.DEPUTY))
    return list(dict.fromkeys(person for person in people if person is not None))
