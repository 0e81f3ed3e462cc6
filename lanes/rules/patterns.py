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
    inside: dict[str, dict[LaneKind, str]] = defaultdict(dict)
    for lane in LaneKind:
        for item in boundaries[lane].included if lane in boundaries else ():
            inside[_same(item)].setdefault(lane, item)
    return tuple(_overlap(key, held) for key, held in inside.items() if len(held) > 1)


def _same(item: str) -> str:
    return " ".join(item.split()).casefold()


def _overlap(key: str, held: Mapping[LaneKind, str]) -> Pattern:
    first, said = next(iter(held.items()))
    others = tuple(lane.value for lane in held if lane != first)
    act = "exclude" if len(held) == 2 else "keep"
    return Pattern(
        "OVERLAP",
        "Overlapping lanes",
        f"“{said}” is included by {listed(str(lane.label) for lane in held)}."
        f" One of them should {act} it.",
        subject=key[:160],
        lane=first.value,
        button="Mend a boundary",
        others=others,
    )
