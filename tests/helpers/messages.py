"""Messages that every rule accepts, for whoever publishes in a test."""

from datetime import datetime, timedelta
from typing import Any

from comms.actions import EscalationInput, LeadershipNoteInput, UpdateInput, publish_update
from comms.models import Update
from incidents.models import Incident, Person

SOON = timedelta(minutes=20)


def update(now: datetime, incident: Incident | None = None, **other: Any) -> UpdateInput:
    """Of an incident that impacts surfaces, or of one without any."""
    surfaces = incident.surfaces.all() if incident else ()
    fields: dict[str, Any] = {
        "audience": "public",
        "progress": "investigating",
        "headline": "Some people cannot sign in",
        "impact": "Signing in fails for about one person in three. Sessions that are open stay.",
        "mitigation": "We look for what changed in today’s release.",
        "unknowns": ("Whether trying again helps",),
        "next_at": now + SOON,
        "surfaces": {surface.pk: "partial_outage" for surface in surfaces},
    }
    return UpdateInput(**(fields | other))


def escalation(now: datetime, owner: Person, **other: Any) -> EscalationInput:
    fields: dict[str, Any] = {
        "summary": "Auth token failure after release",
        "impact": "31 % of sign-ins fail, baseline 0.3 %",
        "decision": "The flag is being switched off",
        "ask": "Approve edge access for a second engineer until 15:00",
        "next_at": now + SOON,
        "owner": owner,
    }
    return EscalationInput(**(fields | other))


def note(owner: Person, **other: Any) -> LeadershipNoteInput:
    fields: dict[str, Any] = {
        "happened": "A release signed tokens with a key that some nodes did not know",
        "path": "The flag was undone in 40 seconds; a rollback takes 11 minutes",
        "confidence": "2",
        "uncertain": "Whether sessions of that half hour stay invalid",
        "need": "nothing for now",
        "owner": owner,
    }
    return LeadershipNoteInput(**(fields | other))


def published(by: Person, incident: Incident, now: datetime, **other: Any) -> Update:
    """An update of the incident, published through the action."""
    fields = update(now, incident, **other)
    return publish_update(by.as_actor(), incident.pk, fields, now=now)
