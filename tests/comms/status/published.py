"""Updates as rows, for tests of what readers are shown."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from comms.models import Bulletin, Update, UpdateSurface
from comms.vocabulary import Audience, Progress, SurfaceState
from incidents.models import Incident, Surface


def say(
    incident: Incident,
    at: datetime,
    states: Mapping[Surface, SurfaceState] | None = None,
    **fields: Any,
) -> Update:
    """Publish an update without asking any rule; ``states`` as it tells them."""
    facts: dict[str, Any] = {
        "audience": Audience.PUBLIC,
        "progress": Progress.INVESTIGATING,
        "headline": "Some sign-ins fail",
        "impact": "About one in three attempts to sign in fails.",
        "mitigation": "We look for the cause in today's release.",
        "unknowns": ["Which regions are touched."],
        "next_at": at + timedelta(minutes=30),
        "severity": incident.severity,
    } | fields
    update = Update.objects.create(
        incident=incident,
        number=incident.updates.count() + 1,
        published_at=at,
        published_by=incident.declared_by,
        **facts,
    )
    if facts["audience"] == Audience.PUBLIC:
        Bulletin.objects.get_or_create(incident=incident, defaults={"opened_at": at})
    for surface, state in (states or {}).items():
        UpdateSurface.objects.create(update=update, surface=surface, state=state)
    return update


def over(incident: Incident, at: datetime, *surfaces: Surface, **fields: Any) -> Update:
    """The last update: recovered, everything works, nothing more is promised."""
    facts = {"progress": Progress.RECOVERED, "next_at": None, "unknowns": []} | fields
    states = dict.fromkeys(surfaces, SurfaceState.OPERATIONAL)
    return say(incident, at, states, no_unknowns="The cause is known and mended.", **facts)
