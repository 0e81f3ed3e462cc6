"""An update as its readers will see it, before it is published: from what is typed so far."""

from datetime import datetime

from django.db.models import Min

from comms.actions import WrittenUpdate
from comms.messages.markdown import safe_html, safe_inline
from comms.models import Update
from comms.rules.public import public_status
from comms.status.facts import READS
from comms.status.view_models import ShownIncident, ShownUpdate
from comms.vocabulary import Audience, Progress
from incidents.facts.incident import IncidentFacts
from incidents.models import Incident

_CODE = "preview"
"""Stands in for the names that publishing gives."""


def shown(written: WrittenUpdate, standing: IncidentFacts, now: datetime) -> ShownIncident:
    """``written`` may lack anything; what is not there yet says so."""
    progress = written.progress or Progress.INVESTIGATING.value
    label = str(Progress(progress).label)
    status = public_status(progress, written.next_at is not None).value
    update = ShownUpdate(
        code=_CODE,
        progress_label=label,
        public_status=status,
        at=now,
        impact_html=safe_html(written.impact or "…"),
        mitigation_html=safe_html(written.mitigation or "…"),
        unknowns_html=tuple(safe_inline(one) for one in written.unknowns),
        no_unknowns_html=safe_inline(written.no_unknowns or ("" if written.unknowns else "…")),
        next_at=written.next_at,
        correction=written.correction if written.corrects else "",
    )
    shown = sorted(standing.surfaces, key=lambda one: one.pk)
    return ShownIncident(
        code=_CODE,
        headline=written.headline or "…",
        since=_since(standing.incident, written.audience) or now,
        surfaces=tuple(one.name for one in shown if one.on_status_page),
        progress_label=label,
        public_status=status,
        updates=(update,),
    )


def _since(incident: Incident, audience: str) -> datetime | None:
    """When these readers first heard of it."""
    wanted = Audience.PUBLIC if audience == Audience.PUBLIC else Audience.INTERNAL
    said = Update.objects.filter(incident=incident, audience__in=READS[wanted])
    first: datetime | None = said.aggregate(first=Min("published_at"))["first"]
    return first
