"""An update as its readers will see it, before it is published: from what is typed so far."""

from datetime import datetime

from comms.actions import WrittenUpdate
from comms.markdown import safe_html, safe_inline
from comms.rules.public import public_status
from comms.status.view import ShownIncident, ShownUpdate
from comms.vocabulary import Progress
from incidents.facts import Standing

_CODE = "preview"
"""Stands in for the names that publishing gives."""


def shown(written: WrittenUpdate, standing: Standing, now: datetime) -> ShownIncident:
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
        no_unknowns_html=safe_inline(written.no_unknowns or "…"),
        next_at=written.next_at,
        correction=written.correction if written.corrects else "",
    )
    bulletin = getattr(standing.incident, "bulletin", None)
    return ShownIncident(
        code=_CODE,
        headline=written.headline or "…",
        since=bulletin.opened_at if bulletin else now,
        surfaces=tuple(one.name for one in standing.surfaces if one.on_status_page),
        progress_label=label,
        public_status=status,
        updates=(update,),
    )
