"""An update as its readers will see it, from what is typed so far."""

from datetime import datetime

from django.db.models import Min

from comms.actions import UpdateInput
from comms.models import Update
from comms.rules.public import public_status
from comms.status.facts import READABLE
from comms.status.markdown import safe_html, safe_inline
from comms.status.view_models import ShownIncident, ShownUpdate
from comms.vocabulary import Audience, Progress
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident

_CODE = "preview"
"""Placeholder for the public codes that publishing assigns."""


def preview_incident(
    update_input: UpdateInput, facts: IncidentFacts, now: datetime
) -> ShownIncident:
    """Any field may be empty; an ellipsis stands for what is missing."""
    progress = update_input.progress or Progress.INVESTIGATING.value
    label = str(Progress(progress).label)
    status = public_status(progress, update_input.next_at is not None).value
    update = ShownUpdate(
        code=_CODE,
        progress_label=label,
        public_status=status,
        at=now,
        impact_html=safe_html(update_input.impact or "…"),
        mitigation_html=safe_html(update_input.mitigation or "…"),
        unknowns_html=tuple(safe_inline(unknown) for unknown in update_input.unknowns),
        no_unknowns_html=safe_inline(
            update_input.no_unknowns or ("" if update_input.unknowns else "…")
        ),
        next_at=update_input.next_at,
        correction=update_input.correction if update_input.corrects else "",
        headline=update_input.headline,
    )
    surfaces = sorted(facts.surfaces, key=lambda surface: surface.pk)
    return ShownIncident(
        code=_CODE,
        headline=update_input.headline or "…",
        since=_since(facts.incident, update_input.audience) or now,
        surfaces=tuple(surface.name for surface in surfaces if surface.on_status_page),
        progress_label=label,
        public_status=status,
        updates=(update,),
    )


def _since(incident: Incident, audience: str) -> datetime | None:
    """The time of the first update to these readers."""
    wanted = Audience.PUBLIC if audience == Audience.PUBLIC else Audience.INTERNAL
    updates = Update.objects.filter(incident=incident, audience__in=READABLE[wanted])
    first: datetime | None = updates.aggregate(first=Min("published_at"))["first"]
    return first
