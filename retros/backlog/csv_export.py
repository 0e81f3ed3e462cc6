"""The backlog as CSV, streamed in batches, with cells that no spreadsheet runs as a formula."""

import csv
import unicodedata
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
_FORMULA = ("=", "+", "-", "@")

BYTE_ORDER_MARK = "\ufeff"
"""Begins a file: without it a spreadsheet reads UTF-8 as something else, and umlauts are broken."""


def safe_cell(text: str) -> str:
    """The cell, quoted where a spreadsheet would take it for a formula.

    Spreadsheets look behind white space, and take the full-width signs for the usual ones.
    """
    is_formula = unicodedata.normalize("NFKC", text[:_LOOK_AT]).lstrip().startswith(_FORMULA)
    return f"'{text}" if is_formula or text.startswith(("\t", "\r", "\n")) else text


_LOOK_AT = 1000
"""Characters of a cell: its beginning decides."""


def csv_line(cells: Iterable[str]) -> str:
    out = StringIO()
    csv.writer(out).writerow([safe_cell(cell) for cell in cells])
    return out.getvalue()


async def csv_lines(rows: BacklogItemQuerySet) -> AsyncIterator[str]:
    """A header, then a line an item, a batch at a time: each piece costs a message of its own."""
    yield BYTE_ORDER_MARK + csv_line(COLUMNS)
    rows = rows.select_related("incident", "owner", "created_by")
    batch: list[str] = []
    async for item in rows.aiterator(chunk_size=BATCH_SIZE):
        batch.append(csv_line(_cells(item)))
        if len(batch) == BATCH_SIZE:
            yield "".join(batch)
            batch.clear()
    if batch:
        yield "".join(batch)


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
