"""Steps that store and record a stakeholder update, inside the transaction of an action."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from comms.actions.message_input import UpdateInput
from comms.actions.steps import LANE, Violations, columns_step, correction_entry
from comms.delivery.fan_out import announce_step
from comms.models import Bulletin, Update, UpdateSurface
from comms.rules.commitment import reaches
from comms.rules.duplicate import duplicate_violations
from comms.status.formats.statuspage import address
from comms.status.invalidate import mark_changed_step
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.facts.incident import IncidentFacts, read_facts
from incidents.models import Incident, Voided
from incidents.timeline.record import record
from incidents.vocabulary import Severity
from kernel.actor import Actor
from kernel.refusal import Refused

_ERROR_TEXTS = {
    "impact": "This was reported in error: nothing was wrong.",
    "mitigation": "Nothing has to be done.",
    "no_unknowns": "It was reported in error.",
}
_DUPLICATE_TEXTS = {
    "impact": "This was reported twice. It is followed under its other report.",
    "no_unknowns": "They are told with the other report.",
}
_RESTRICTED_TEXTS = {
    "impact": "This is no longer reported here. It leaves the status page.",
    "mitigation": "No more updates of it follow. If you are affected, please write to us.",
    "no_unknowns": "It is no longer reported here.",
}
"""What readers are told when an incident was declared in error, or twice, or is restricted."""


def store_step(
    incident: Incident,
    facts: IncidentFacts,
    update_input: UpdateInput,
    actor: Actor,
    now: datetime,
    *,
    ends_reporting: bool = False,
) -> Update:
    update = Update.objects.create(
        **columns_step(incident, Update, update_input, actor, now),
        audience=update_input.audience,
        progress=update_input.progress,
        headline=update_input.headline,
        impact=update_input.impact,
        mitigation=update_input.mitigation,
        unknowns=list(update_input.unknowns),
        no_unknowns="" if update_input.unknowns else update_input.no_unknowns,
        next_at=update_input.next_at,
        severity=incident.severity,
        ends_reporting=ends_reporting,
    )
    UpdateSurface.objects.bulk_create(
        UpdateSurface(
            update=update,
            surface=surface,
            state=update_input.surfaces[surface.pk],
            public_name=surface.name if surface.on_status_page else "",
        )
        for surface in facts.surfaces
    )
    return update


def record_step(
    incident: Incident, update: Update, actor: Actor, now: datetime, *, no_names: bool = False
) -> None:
    """``no_names``: the author has said that what looks like names in it names nobody."""
    states = update.surface_states.select_related("surface").order_by("surface__name")
    record(
        incident,
        "update.published",
        actor,
        now,
        lane=LANE,
        subject=update.reference,
        audience=str(Audience(update.audience).label),
        progress=str(Progress(update.progress).label),
        severity=str(Severity(update.severity).label),
        headline=update.headline,
        impact=update.impact,
        mitigation=update.mitigation,
        unknowns=update.unknowns,
        no_unknowns=update.no_unknowns,
        surfaces={row.surface.name: str(SurfaceState(row.state).label) for row in states},
        next_at=update.next_at.isoformat() if update.next_at else "",
        **({"no_names": True} if no_names else {}),
        **correction_entry(update),
    )


def refresh_status_page_step(incident: Incident, update: Update, now: datetime) -> None:
    """Give the incident its public name, if this is its first public update, and render anew."""
    if update.audience == Audience.PUBLIC:
        Bulletin.objects.get_or_create(incident=incident, defaults={"opened_at": now})
    if update.audience != Audience.PARTICIPANTS:
        mark_changed_step()


def announce_voided_step(voided: Voided, actor: Actor, now: datetime, **_: object) -> None:
    """Publish a last update for each audience that was told of an incident declared in error.

    Its texts are fixed, since the reason why it was an error is for the room only.
    """
    incident = voided.incident
    # What a restricted incident tells its participants is for them alone.
    audiences = (Audience.PARTICIPANTS,) if incident.restricted else tuple(Audience)
    for audience, headline in _awaiting(incident, audiences):
        if problems := _original_violations(voided, audience):
            raise Refused(problems)
        texts = _duplicate_texts(voided.original) if voided.original else _ERROR_TEXTS
        _announce_last_step(incident, audience, headline, texts, actor, now)


def announce_restricted_step(incident: Incident, actor: Actor, now: datetime, **_: object) -> None:
    """Tell each audience that followed an incident that it is no longer reported.

    Its pages are gone from now on, and nothing else of it leaves the room.
    """
    if not incident.restricted:
        return
    for audience, headline in _awaiting(incident, (Audience.PUBLIC, Audience.INTERNAL)):
        texts = _RESTRICTED_TEXTS
        _announce_last_step(incident, audience, headline, texts, actor, now, ends_reporting=True)


def _awaiting(incident: Incident, audiences: Iterable[Audience]) -> Iterator[tuple[Audience, str]]:
    """Those that were told of it and not yet that it is over, each with the headline it knows.

    Read anew for each: the last update for everybody reaches stakeholders too.
    """
    for audience in audiences:
        updates = [
            row
            for row in incident.updates.all()
            if audience in reaches(row.audience)
            and (audience == Audience.PARTICIPANTS or row.audience != Audience.PARTICIPANTS)
        ]
        newest = max(updates, key=lambda row: row.number, default=None)
        is_addressed = any(row.audience == audience for row in updates)
        if newest is None or not is_addressed:
            continue
        if newest.progress != Progress.RECOVERED or newest.next_at is not None:
            yield audience, newest.headline


def _announce_last_step(
    incident: Incident,
    audience: Audience,
    headline: str,
    texts: Mapping[str, str],
    actor: Actor,
    now: datetime,
    *,
    ends_reporting: bool = False,
) -> None:
    facts = read_facts(incident)
    update_input = UpdateInput(
        audience=audience,
        progress=Progress.RECOVERED,
        headline=headline,
        surfaces={surface.pk: SurfaceState.OPERATIONAL for surface in facts.surfaces},
        **texts,
    )
    update = store_step(incident, facts, update_input, actor, now, ends_reporting=ends_reporting)
    record_step(incident, update, actor, now)
    refresh_status_page_step(incident, update, now)
    announce_step(update, now)


def _duplicate_texts(original: Incident) -> dict[str, str]:
    """With a link to the page on which it is followed."""
    bulletin = Bulletin.objects.filter(incident=original).first()
    page = f"/status/incidents/{bulletin.code}/" if bulletin else "/status/internal/"
    link = address(page)
    return _DUPLICATE_TEXTS | {"mitigation": f"The other report says how it goes: <{link}>"}


def _original_violations(voided: Voided, audience: Audience) -> Violations:
    original = voided.original
    if original is None:
        return ()
    audiences = [row.audience for row in original.updates.all()]
    return duplicate_violations(original.reference, audience, audiences)
