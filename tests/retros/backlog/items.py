"""Hardening work as tests find it: noted long ago, due so many days from today."""

from datetime import date, timedelta

from incidents.models import Incident
from retros.backlog import actions as backlog
from retros.backlog.steps import WorkInput
from retros.models import BacklogItem
from tests.helpers.factories import START

TODAY = date(2026, 3, 5)
NOW = START + timedelta(hours=1)
TITLE = "Edge nodes honour key-set expiry"
TRACKER = "https://tracker.example.org/browse/EDGE-540"


def noted(
    incident: Incident, title: str = TITLE, days: int | None = 1, **other: object
) -> BacklogItem:
    """Due so many days from today."""
    due_on = TODAY + timedelta(days=days) if days is not None else None
    work = WorkInput(**({"title": title, "due_on": due_on} | other))
    actor = incident.declared_by.as_actor()
    return backlog.add(actor, incident.pk, work, now=NOW - timedelta(days=300))
