"""An incident that was handled elsewhere and is written up here through the action."""

from datetime import datetime, timedelta
from typing import Any

from incidents.actions.backfilling import BackfillInput, backfill
from incidents.models import Incident, Person
from incidents.rules.backfilling import Account
from tests.helpers.factories import START

ACCOUNT: dict[str, Any] = {
    "title": "Exports ran twice",
    "severity": "2",
    "happened": "The night's exports were sent a second time after a restart.",
    "done": "The queue was emptied by hand and the second batch was recalled.",
    "kept": "https://tracker.example.org/OPS-811",
    "source": "Handled in the vendor's bridge call; written up for the surface's history.",
}

HOURS_BEFORE = {"began_at": 80, "declared_at": 79, "mitigated_at": 77, "recovered_at": 75}
"""How long before it is written up."""


def account(now: datetime = START, **fields: Any) -> Account:
    times = {name: now - timedelta(hours=hours) for name, hours in HOURS_BEFORE.items()}
    return Account(**(ACCOUNT | times | fields))


def backfilled_incident(by: Person, *, now: datetime = START, **fields: Any) -> Incident:
    """``said`` are fields of the account, or of what it concerns."""
    concerns = {k: fields.pop(k) for k in ("surfaces", "restricted", "commander") if k in fields}
    backfill_input = BackfillInput(account=account(now, **fields), **concerns)
    incident = backfill(by.as_actor(), backfill_input, now=now)
    return Incident.objects.get(pk=incident.pk)
