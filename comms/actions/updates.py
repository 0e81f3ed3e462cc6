"""Publishing a stakeholder update."""

from datetime import datetime
from uuid import UUID

from comms.actions import lapses
from comms.actions.publishing import LANE, columns, corrected, keep_refused, sent, unread_first
from comms.actions.written import WrittenUpdate, masked
from comms.delivery.fan_out import announce
from comms.messages import facts as message_facts
from comms.models import Bulletin, Update, UpdateSurface
from comms.rules.commitment import reaches
from comms.rules.message import update as rules
from comms.status.invalidate import changed
from comms.vocabulary import Audience, MessageKind, Progress, SurfaceState
from incidents.actions.transaction import RefusedAfterCommit, incident_action
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Voided
from incidents.timeline.record import record
from incidents.vocabulary import Severity
from kernel.actor import Actor
from kernel.refusal import Refused

_KIND = MessageKind.UPDATE


def publish_update(
    actor: Actor,
    incident_id: int,
    written: WrittenUpdate,
    *,
    now: datetime,
    once: UUID | None = None,
) -> Update:
    """Tell stakeholders how it is: playbook, "Stakeholder update".

    Effects, in order: a promise that had lapsed meanwhile noted as such, the update with the state
    of each surface, the name under which readers know the incident (at its first public one), the
    entry, the status page told that it changed, a delivery owed to everybody who follows, the
    author's draft removed. Refused: the draft is kept, ``Refused`` carries every violation.
    """
    # Masking a long text takes its time: before the lock, so that nobody waits for it.
    written = masked(written)
    with incident_action(
        "message.publish", actor, incident_id, now, lane=LANE, once=once
    ) as incident:
        here = read_facts(incident)
        problems = unread_first(written, _judge(here, written, now))
        if problems:
            keep_refused(incident, _KIND, actor, written, now)
            raise RefusedAfterCommit(problems)
        lapses.note_lapsed(incident, now)
        made = _store(here, written, actor, now)
        _record(made, actor, now)
        _show(made, now)
        sent(made, _KIND, actor, once, now)
    return made


def _judge(here: IncidentFacts, written: WrittenUpdate, now: datetime) -> message_facts.Found:
    incident = here.incident
    said = rules.Update(
        audience=written.audience,
        progress=written.progress,
        headline=written.headline,
        impact=written.impact,
        mitigation=written.mitigation,
        unknowns=written.unknowns,
        no_unknowns=written.no_unknowns,
        next_at=written.next_at,
        surfaces=written.surfaces,
        correcting=message_facts.correcting(incident, Update, written.corrects, written.correction),
    )
    return rules.violations(said, message_facts.situation(here, now))


def _store(here: IncidentFacts, written: WrittenUpdate, actor: Actor, now: datetime) -> Update:
    incident = here.incident
    made = Update.objects.create(
        **columns(incident, Update, written, actor, now),
        audience=written.audience,
        progress=written.progress,
        headline=written.headline,
        impact=written.impact,
        mitigation=written.mitigation,
        unknowns=list(written.unknowns),
        no_unknowns="" if written.unknowns else written.no_unknowns,
        next_at=written.next_at,
        severity=incident.severity,
    )
    UpdateSurface.objects.bulk_create(
        UpdateSurface(update=made, surface=surface, state=written.surfaces[surface.pk])
        for surface in here.surfaces
    )
    return made


def _record(made: Update, actor: Actor, now: datetime) -> None:
    states = made.surface_states.select_related("surface").order_by("surface__name")
    record(
        made.incident,
        "update.published",
        actor,
        now,
        lane=LANE,
        subject=made.reference,
        audience=str(Audience(made.audience).label),
        progress=str(Progress(made.progress).label),
        severity=str(Severity(made.severity).label),
        headline=made.headline,
        impact=made.impact,
        mitigation=made.mitigation,
        unknowns=made.unknowns,
        no_unknowns=made.no_unknowns,
        surfaces={one.surface.name: str(SurfaceState(one.state).label) for one in states},
        next_at=made.next_at.isoformat() if made.next_at else "",
        **corrected(made),
    )


def _show(made: Update, now: datetime) -> None:
    """What readers see is no longer the newest."""
    if made.audience == Audience.PUBLIC:
        Bulletin.objects.get_or_create(incident=made.incident, defaults={"opened_at": now})
    if made.audience != Audience.PARTICIPANTS:
        changed()


def take_leave(voided: Voided, actor: Actor, now: datetime, **_: object) -> None:
    """A step: whoever was told of what was declared in error is told that it is over.

    In fixed words, since why it was an error is said in the room alone.
    """
    incident = voided.incident
    for audience in Audience:
        heard = [one for one in incident.updates.all() if audience in reaches(one.audience)]
        spoken = any(one.audience == audience for one in heard)
        newest = max(heard, key=lambda one: one.number, default=None)
        if newest is None or not spoken or newest.progress == Progress.RECOVERED:
            continue
        _refuse_unheard(voided, audience)
        here = read_facts(incident)
        written = WrittenUpdate(
            audience=audience,
            progress=Progress.RECOVERED,
            headline=newest.headline,
            surfaces={one.pk: SurfaceState.OPERATIONAL for one in here.surfaces},
            **(_SAME if voided.original_id else _NOTHING),
        )
        made = _store(here, written, actor, now)
        _record(made, actor, now)
        _show(made, now)
        announce(made, now)


def _refuse_unheard(voided: Voided, audience: Audience) -> None:
    """Readers are led to the other report only when they can read it."""
    if voided.original is None:
        return
    if not any(audience in reaches(one.audience) for one in voided.original.updates.all()):
        readers = "who follow this one"
        words = f"Publish an update of {voided.original.reference} for those {readers} first."
        raise Refused.because("V-SAID", words, "original")


_NOTHING = {
    "impact": "This was reported in error: nothing was wrong.",
    "mitigation": "Nothing has to be done.",
    "no_unknowns": "It was reported in error.",
}
_SAME = {
    "impact": "This was reported twice. It is followed under its other report.",
    "mitigation": "See the other report for how it goes.",
    "no_unknowns": "They are told with the other report.",
}
"""What readers are told in the end."""
