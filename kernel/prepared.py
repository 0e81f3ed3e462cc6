"""Handwritten SQL statements of the hot path, planned once a connection instead of each time.

Django binds parameters on the client and prepares nothing. That is right for queries of a hundred
shapes, but every action sends the same few statements, whose planning costs more than their work.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor


def rows(sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run one statement as Django would: logged, wrapped, in its transaction."""
    connection.ensure_connection()
    # Django's own wrapper around a cursor is private, and unknown to its types.
    wrapped: Any = connection
    binding: Any = ServerBindingCursor
    with wrapped._prepare_cursor(binding(wrapped.connection)) as cursor:
        cursor.execute(sql, params)
        fetched: list[tuple[Any, ...]] = cursor.fetchall()
        return fetched
