"""The backlog as CSV, streamed in batches, with cells that no spreadsheet runs as a formula."""

import csv
from collections.abc import AsyncIterator, Iterable
from io import StringIO

from retros.models import BacklogItem
from retros.models.backlog import BacklogItemQuerySet

BATCH_SIZE = 500
COLUMNS = (
    "item",
    "title",
    "detail",
    "incident",
    "incident_title",
    "severity",
    "owner",
    "due_on",
    "state",
    "tracker",
    "reason",
    "created_at",
    "created_by",
    "closed_at",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def safe_cell(text: str) -> str:
    """The cell, quoted where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def csv_line(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


async def csv_lines(rows: BacklogItemQuerySet) -> AsyncIterator[str]:
    """A header, then a line an item; only one batch of items is in memory."""
    yield csv_line(COLUMNS)
    rows = rows.select_related("incident", "owner", "created_by")
    async for item in rows.aiterator(chunk_size=BATCH_SIZE):
        yield csv_line(_cells(item))


def _cells(item: BacklogItem) -> tuple[str, ...]:
    return (
        item.reference,
        item.title,
        item.detail,
        item.incident.reference,
        item.incident.title,
        item.incident.get_severity_display(),
        str(item.owner or ""),
        item.due_on.isoformat() if item.due_on else "",
        item.state,
        item.tracker,
        item.reason,
        item.created_at.isoformat(timespec="seconds"),
        str(item.created_by),
        item.closed_at.isoformat(timespec="seconds") if item.closed_at else "",
    )
