"""Rows of several incidents, read together and handed out to each."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from django.db import connections
from django.db.models import Model, QuerySet
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler

ANY_INCIDENT = -(2**62)
"""Stands for the incident while a query is compiled."""


def by_incident[T: Model](rows: "QuerySet[T]", ids: list[int]) -> dict[int, list[T]]:
    """The rows of these incidents, in their order, by the incident's key; one query."""
    return grouped(rows.filter(incident__in=ids))


def grouped[T: Model](rows: Iterable[T]) -> dict[int, list[T]]:
    """By the incident's key."""
    groups: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        groups[row.incident_id].append(row)  # type: ignore[attr-defined]
    return groups


class CompiledQuery[T: Model]:
    """A queryset of the rows of an incident that is compiled to SQL once a process.

    Django compiles a queryset each time it is run, and the dozen of an incident's facts took half
    of their time so. ``rows`` gives the queryset; nothing in it may differ from one call to the
    next. Of several incidents (home, lists) it is compiled as always.
    """

    def __init__(
        self,
        rows: "Callable[[], QuerySet[T]] | None" = None,
        *,
        within: "Callable[[list[int]], QuerySet[T]] | None" = None,
    ) -> None:
        """``within`` in place of ``rows``: a queryset that names the incidents itself, by key."""
        if within is not None:
            self._within = within
        elif rows is not None:
            self._within = lambda ids: rows().filter(incident__in=ids)

    def of(self, ids: list[int]) -> Iterator[Any]:
        """The rows of these incidents, in their order; no queryset, since its SQL is fixed."""
        if len(ids) != 1:
            return iter(self._within(ids))
        rows = self._of_any.all()
        rows.query.incident_id = ids[0]  # type: ignore[attr-defined]
        return iter(rows)

    def by_incident(self, ids: list[int]) -> dict[int, list[T]]:
        """The same by the incident's key."""
        return grouped(self.of(ids))

    @cached_property
    def _of_any(self) -> "QuerySet[T]":
        rows = self._within([ANY_INCIDENT])
        query = rows.query.chain(klass=_Query)
        query.compiled = []
        rows.query = query
        return rows


class _Query(Query):
    incident_id: int
    compiled: list[tuple[str, tuple[Any, ...], dict[str, Any]]]
    """Empty, or the SQL, its parameters, and what the compiler found out about its columns. Clones
    share the list, and the first that is run fills it."""

    def get_compiler(
        self, using: str | None = None, connection: Any = None, elide_empty: bool = True
    ) -> SQLCompiler:
        return _Compiler(self, connection or connections[using], using, elide_empty)


class _Compiler(SQLCompiler):
    query: _Query

    def as_sql(self, *args: Any, **options: Any) -> Any:
        if not self.query.compiled:
            sql, params = super().as_sql(*args, **options)
            columns = {n: value for n, value in vars(self).items() if n not in self._OF_THIS_RUN}
            self.query.compiled.append((sql, tuple(params), columns))
        sql, params, columns = self.query.compiled[0]
        vars(self).update(columns)
        own = self.query.incident_id
        return sql, tuple(own if value == ANY_INCIDENT else value for value in params)

    _OF_THIS_RUN = frozenset({"query", "connection", "using"})
