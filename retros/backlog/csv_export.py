"""The backlog as CSV, a few hundred rows at a time, for spreadsheets that must not be fooled."""

import csv
from collections.abc import AsyncIterator, Iterable
from io import StringIO

from retros.models import BacklogItem
from retros.models.backlog import BacklogItemQuerySet

AT_ONCE = 500
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


def safe(text: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def line(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow([safe(cell) for cell in cells])
    return out.getvalue()


async def lines(rows: BacklogItemQuerySet) -> AsyncIterator[str]:
    """A header, then a line an item. However many there are, a window of them is in memory."""
    yield line(COLUMNS)
    rows = rows.select_related("incident", "owner", "created_by")
    async for item in rows.aiterator(chunk_size=AT_ONCE):
        yield line(_cells(item))


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
