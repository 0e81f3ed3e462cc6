"""A lane's boundary: what it includes and excludes.

``B-EMPTY``: a boundary includes at least one thing.
``B-BOTH``: nothing is both included and excluded.
``B-MANY``: each list has at most 20 items.
``B-LONG``: each item is at most 120 characters.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kernel.refusal import Violation

MAX_ITEMS = 20
MAX_LENGTH = 120


@dataclass(frozen=True, slots=True)
class Boundary:
    included: tuple[str, ...]
    excluded: tuple[str, ...]

    @classmethod
    def of(cls, included: Iterable[str], excluded: Iterable[str]) -> "Boundary":
        """Trim the items, drop empty and repeated ones, keep their order."""
        return cls(_tidy(included), _tidy(excluded))


def _tidy(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(" ".join(item.split()) for item in items if item.strip()))


def violations(boundary: Boundary) -> tuple[Violation, ...]:
    problems = []
    if not boundary.included:
        problems.append(
            Violation("B-EMPTY", "Name at least one thing that the lane includes.", "included")
        )
    both = {i.casefold() for i in boundary.included} & {e.casefold() for e in boundary.excluded}
    for name in sorted(both):
        problems.append(Violation("B-BOTH", f"“{name}” is both included and excluded.", "excluded"))
    for field, items in (("included", boundary.included), ("excluded", boundary.excluded)):
        if len(items) > MAX_ITEMS:
            problems.append(Violation("B-MANY", f"Name {MAX_ITEMS} things at most.", field))
        if any(len(item) > MAX_LENGTH for item in items):
            problems.append(
                Violation("B-LONG", f"Keep each thing under {MAX_LENGTH} characters.", field)
            )
    return tuple(problems)
