"""A lane's boundary: what it includes and excludes, in words."""

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
    found = []
    if not boundary.included:
        found.append(
            Violation("B-EMPTY", "Name at least one thing that the lane includes.", "included")
        )
    both = {i.casefold() for i in boundary.included} & {e.casefold() for e in boundary.excluded}
    for name in sorted(both):
        found.append(Violation("B-BOTH", f"“{name}” is both included and excluded.", "excluded"))
    for field, items in (("included", boundary.included), ("excluded", boundary.excluded)):
        if len(items) > MAX_ITEMS:
            found.append(Violation("B-MANY", f"Name {MAX_ITEMS} things at most.", field))
        if any(len(item) > MAX_LENGTH for item in items):
            found.append(
                Violation("B-LONG", f"Keep each thing under {MAX_LENGTH} characters.", field)
            )
    return tuple(found)
