"""Anti-patterns of lanes: the same item inside two boundaries."""

from collections import defaultdict
from collections.abc import Mapping

from incidents.rules.patterns import Pattern
from incidents.rules.wording import listed
from incidents.vocabulary import LaneKind
from lanes.rules.boundary import Boundary


def overlaps(boundaries: Mapping[str, Boundary]) -> tuple[Pattern, ...]:
    """One pattern for each item that several lanes include, ignoring case and spaces.

    ``boundaries`` are by lane.
    """
    inside: dict[str, dict[LaneKind, str]] = defaultdict(dict)
    for lane in LaneKind:
        for item in boundaries[lane].included if lane in boundaries else ():
            inside[_same(item)].setdefault(lane, item)
    return tuple(_overlap(key, texts) for key, texts in inside.items() if len(texts) > 1)


def _same(item: str) -> str:
    return " ".join(item.split()).casefold()


def _overlap(key: str, texts: Mapping[LaneKind, str]) -> Pattern:
    first, text = next(iter(texts.items()))
    others = tuple(lane.value for lane in texts if lane != first)
    act = "exclude" if len(texts) == 2 else "keep"
    return Pattern(
        "OVERLAP",
        "Overlapping lanes",
        f"“{text}” is included by {listed(str(lane.label) for lane in texts)}."
        f" One of them should {act} it.",
        subject=key[:160],
        lane=first.value,
        button="Mend a boundary",
        others=others,
    )
