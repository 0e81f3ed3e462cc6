"""Counting queries: every read that grows asks as often for three things as for one."""

from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext


class Asked(CaptureQueriesContext):
    """The queries of a block. Kept when it ends: Django's own log forgets all but the last 9000,
    and would then say of a block after so many that it asked nothing.
    """

    _kept: list[Any] | None = None

    def __enter__(self) -> "Asked":
        self.connection.queries_log.clear()
        super().__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:
        super().__exit__(*raised)
        self._kept = super().captured_queries

    @property
    def captured_queries(self) -> list[Any]:
        return super().captured_queries if self._kept is None else self._kept


def queries() -> Asked:
    """``with queries() as asked: …`` and then ``len(asked)``."""
    return Asked(connection)
