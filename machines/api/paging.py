"""Pages of a list by cursor.

A cursor names the last row of a page by what the list is ordered by, so a page neither repeats nor
misses a row when others are added meanwhile. What is in it is nobody's affair.
"""

import base64
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Model, Q, QuerySet
from ninja import Schema
from pydantic import Field

from kernel.refusal import Refused
from machines.api.rules import CURSOR
from machines.api.schemas import Page

MAX_ITEMS = 100
USUAL_ITEMS = 50
MAX_CURSOR = 200

_UNREADABLE = (ValueError, TypeError, OverflowError, ValidationError)


class PageQuery(Schema):
    """Which page: ``cursor`` is ``next`` of the page before, empty for the first."""

    cursor: str = Field("", max_length=MAX_CURSOR)
    limit: int = Field(USUAL_ITEMS, ge=1, le=MAX_ITEMS)


def page_of[M: Model, T: Schema](
    rows: QuerySet[M],
    wanted: PageQuery,
    show: Callable[[M], T],
    *,
    by: Sequence[str] = ("-number",),
) -> Page[T]:
    """The wanted page of ``rows``, ordered ``by`` columns that are together unique.

    All of them go up, or (with ``-``) all down. Raises ``Refused`` for a cursor of another list.
    """
    names = [name.removeprefix("-") for name in by]
    rows = rows.order_by(*by)
    if wanted.cursor:
        rows = _after(rows, names, wanted.cursor, is_falling=by[0].startswith("-"))
    found = list(rows[: wanted.limit + 1])
    shown = found[: wanted.limit]
    following = _cursor(shown[-1], names) if len(found) > len(shown) else ""
    return Page[Any](items=[show(row) for row in shown], next=following)


def _after[M: Model](
    rows: QuerySet[M], names: Sequence[str], cursor: str, *, is_falling: bool
) -> QuerySet[M]:
    beyond = "lt" if is_falling else "gt"
    condition = Q()
    try:
        decoded = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        values = [_read(last) for last in decoded]
        for index, (name, last) in enumerate(zip(names, values, strict=True)):
            equal = dict(zip(names[:index], values, strict=False))
            condition |= Q(**equal, **{f"{name}__{beyond}": last})
        return rows.filter(condition)
    except _UNREADABLE as error:
        sentence = "This cursor is not one of this list: begin again without one."
        raise Refused.because(CURSOR, sentence, "cursor") from error


def _cursor(row: Model, names: Sequence[str]) -> str:
    values = [_plain(getattr(row, name)) for name in names]
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode()


def _read(last: Any) -> Any:
    """A number as it is; a text is a time with its zone."""
    if not isinstance(last, str):
        return last
    at = datetime.fromisoformat(last)
    if at.tzinfo is None:
        raise ValueError(last)
    return at.astimezone(UTC)


def _plain(column: Any) -> Any:
    return column.isoformat() if isinstance(column, datetime) else column
