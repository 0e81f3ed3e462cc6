"""What writes answer."""

from typing import Any

from machines.api.problems import Problem
from machines.api.schemas import Reference

REFUSALS: dict[int, Any] = dict.fromkeys((401, 403, 404, 409, 413, 422, 429, 503), Problem)
"""How any write may be refused."""


class Written(Reference):
    """What a write has left, and the page that shows it."""


def answers(schema: type[Written] = Written, status: int = 201) -> dict[int, Any]:
    """The documented answers of a write."""
    return {status: schema, **REFUSALS}


def written(row: Any) -> Written:
    """Of a row with a reference and a page of its own."""
    return Written(reference=row.reference, link=row.get_absolute_url())
