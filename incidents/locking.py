"""The row lock on an incident, which every writer holds until its transaction ends."""

from collections.abc import Iterable

from django.db import connection

from incidents import prepared_statements
from incidents.models import Incident


def lock(incident_id: int) -> Incident:
    """The incident, its row locked until the transaction ends: every writer needs this lock."""
    incident = prepared_statements.locked_incident(incident_id)
    incident.locked = True  # type: ignore[attr-defined]
    return incident


def lock_free(incident_ids: Iterable[int]) -> dict[int, Incident]:
    """Those of these incidents that nobody else has locked, each locked as by ``lock``."""
    rows = Incident.objects.select_for_update(skip_locked=True).filter(pk__in=set(incident_ids))
    locked = {incident.pk: incident for incident in rows.order_by("pk")}
    for incident in locked.values():
        incident.locked = True  # type: ignore[attr-defined]
    return locked


def check_locked(incident: Incident) -> None:
    if not connection.in_atomic_block or not getattr(incident, "locked", False):
        raise RuntimeError("needs the locked incident, inside the transaction that locked it")
