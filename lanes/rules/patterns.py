"""Anti-patterns of lanes: the same thing inside two boundaries."""

from collections import defaultdict
from collections.abc import Mapping

from incidents.rules.patterns import Pattern
from incidents.rules.wording import listed
from incidents.vocabulary import LaneKind
from lanes.rules.boundary import Boundary


def overlaps(boundaries: Mapping[str, Boundary]) -> tuple[Pattern, ...]:
    """One pattern for each thing that two lanes or more include, spelling of case and space aside.

    ``boundaries`` are by lane.
    """
    inside: dict[str, list[tuple[LaneKind, str]]] = defaultdict(list)
    for lane in LaneKind:
        for item in boundaries[lane].included if lane in boundaries else ():
            inside[_same(item)].append((lane, item))
    return tuple(_overlap(key, held) for key, held in inside.items() if len(held) > 1)


def _same(item: str) -> str:
    return " ".join(item.split()).casefold()


def _overlap(key: str, held: list[tuple[LaneKind, str]]) -> Pattern:
    lanes = listed(lane.label for lane, _ in held)
    rest = "One of them should exclude it." if len(held) == 2 else "One of them should keep it."
    return Pattern(
        "OVERLAP",
        "Overlapping lanes",
        f"“{held[0][1]}” is included by {lanes}. {rest}",
        subject=key[:160],
        lane=held[0][0].value,
        button="Mend a boundary",
    )
