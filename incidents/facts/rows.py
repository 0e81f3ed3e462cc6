"""Rows of several incidents, read together and handed out to each."""

from collections import defaultdict

from django.db.models import Model, QuerySet


def by_incident[T: Model](rows: "QuerySet[T]", ids: list[int]) -> dict[int, list[T]]:
    """The rows of these incidents, in their order, by the incident's key; one query."""
    grouped: dict[int, list[T]] = defaultdict(list)
    for row in rows.filter(incident__in=ids):
        grouped[row.incident_id].append(row)  # type: ignore[attr-defined]
    return grouped
