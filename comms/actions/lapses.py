"""Promises of a next update: people reminded, what did not come noted, and explained."""

from datetime import datetime
from uuid import UUID

from django.urls import reverse

from comms.actions.publishing import LANE
from comms.due import DUE, LAPSED, SOON
from comms.messages import promises
from comms.models import Lapse, Update
from comms.rules.message.common import text
from incidents.actions.claims import claim
from incidents.actions.notices import notify_step
from incidents.actions.role_steps import holder
from incidents.actions.transaction import incident_action
from incidents.locking import check_locked
from incidents.models import Incident, Person
from incidents.rules.wording import listed
from incidents.timeline.record import record
from incidents.vocabulary import LaneKind, RoleName
from kernel.actor import SYSTEM, Actor
from kernel.refusal import Refused
from kernel.text import clean_text

_WORDS = {
    SOON: "The next update of {} is promised in 5 minutes.",
    DUE: "The next update of {} is promised for now.",
    LAPSED: "The promised update of {} did not come: publish it, and say why.",
}
LONGEST = 500


def remind(update_id: int, kind: str, *, now: datetime) -> bool:
    """Bring the promise of one update to mind, once; false when it no longer stands.

    ``kind`` is ``commitment.soon`` (5 minutes before), ``commitment.due`` (at the time) or
    ``commitment.lapsed`` (5 minutes after: the commander is told too, and it is to be explained).
    """
    incident_id = Update.objects.values_list("incident_id", flat=True).get(pk=update_id)
    with incident_action("commitment.lapse", SYSTEM, incident_id, now) as incident:
        found = [one for one in promises.of(incident) if one.update.pk == update_id]
        if not found or not claim(kind, str(update_id), found[0].next_at, now):
            return False
        if kind == LAPSED:
            _lapse(incident, found[0].update, now)
        else:
            told = _concerned(incident, kind)
            _record(incident, found[0].update, kind, told, now)
            _tell(incident, found[0].update, kind, told, now)
    return True


def note_lapsed(incident: Incident, now: datetime) -> None:
    """A step: promises that lapsed and that no tick has noted, before an update keeps them."""
    check_locked(incident)
    for one in promises.of(incident):
        # Claimed as the tick claims it, so that only one of both writes it.
        if one.promise.is_lapsed(now) and claim(LAPSED, str(one.update.pk), one.next_at, now):
            _lapse(incident, one.update, now)


def explain_lapse(
    actor: Actor,
    incident_id: int,
    number: int,
    *,
    explanation: str,
    now: datetime,
    once: UUID | None = None,
) -> Lapse:
    """Say why what update ``number`` promised came late, once."""
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        lapse = Lapse.objects.select_related("update", "explained_by").get(
            update__incident=incident, update__number=number
        )
        if lapse.explained_at:
            words = f"{lapse.explained_by} explained it already: “{lapse.explanation}”"
            raise Refused.because("U-EXPLAINED", words)
        words = clean_text(explanation, LONGEST)
        if problems := text("U-EXPLAIN", "explanation", words, "Say why the update was late."):
            raise Refused(problems)
        lapse.explanation, lapse.explained_at, lapse.explained_by_id = words, now, actor.id
        lapse.save(update_fields=["explanation", "explained_at", "explained_by"])
        record(
            incident,
            "commitment.explained",
            actor,
            now,
            lane=LANE,
            subject=lapse.update.reference,
            explanation=words,
        )
    return lapse


def _lapse(incident: Incident, update: Update, now: datetime) -> None:
    """``noticed_at`` is when the program saw it: after an outage later than it lapsed."""
    Lapse.objects.create(update=update, noticed_at=now)
    told = _concerned(incident, LAPSED)
    _record(incident, update, LAPSED, told, now)
    _tell(incident, update, LAPSED, told, now)


def _concerned(incident: Incident, kind: str) -> list[Person]:
    """The communication owner, else the commander; after a lapse both."""
    owner = holder(incident, RoleName.LANE_OWNER, LaneKind.COMMUNICATION)
    able = owner is not None and owner.is_active and owner.is_responder
    commander = holder(incident, RoleName.COMMANDER)
    people = [owner if able else None, commander if kind == LAPSED or not able else None]
    return list(dict.fromkeys(person for person in people if person is not None))


def _record(
    incident: Incident, update: Update, kind: str, told: list[Person], now: datetime
) -> None:
    # Only a promise with a time is reminded of.
    assert update.next_at is not None
    names = listed(map(str, told)) or "Nobody"
    record(
        incident,
        kind,
        SYSTEM,
        now,
        lane=LANE,
        subject=update.reference,
        next_at=update.next_at.isoformat(),
        told=f"{names} {'were' if len(told) > 1 else 'was'}",
    )


def _tell(incident: Incident, update: Update, kind: str, told: list[Person], now: datetime) -> None:
    sentence = _WORDS[kind].format(incident.reference)
    href = reverse("update-write", args=[incident.pk])
    notify_step(incident, told, kind, sentence, href, now, update.reference)
