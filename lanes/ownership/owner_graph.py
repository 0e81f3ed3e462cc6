"""The owner graph, drawn: who owns what now and who is offered what. Positions only."""

from collections.abc import Iterable
from dataclasses import dataclass

_ROW, _ROLES, _PEOPLE, _WIDTH = 28, 140, 200, 380


@dataclass(frozen=True, slots=True)
class Owning:
    """One who is to be named; ``owner`` and ``offered`` are names, empty for nobody."""

    label: str
    icon: str
    css: str
    owner: str = ""
    offered: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    words: str
    y: int
    icon: str = "i-person"
    css: str = ""
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class Tie:
    path: str
    css: str


@dataclass(frozen=True, slots=True)
class Graph:
    width: int
    height: int
    roles: tuple[Node, ...]
    people: tuple[Node, ...]
    ties: tuple[Tie, ...]
    words: str


def drawn(ownings: Iterable[Owning]) -> Graph:
    """Roles on the left, people on the right in the order of what they own; an offer is dashed."""
    ownings = tuple(ownings)
    named = (name for one in ownings for name in (one.owner, one.offered) if name)
    names = [*dict.fromkeys(named)]
    if not all(one.owner for one in ownings):
        names.append("")
    places = {name: 4 + number * _ROW for number, name in enumerate(names)}
    roles, ties = [], []
    for number, one in enumerate(ownings):
        y = 4 + number * _ROW
        roles.append(Node(one.label, y, one.icon, one.css, not one.owner))
        ties.append(_tie(y, places[one.owner], "hour" if one.owner else "tie-bad"))
        if one.offered:
            ties.append(_tie(y, places[one.offered], "tie"))
    people = [Node(name or "Nobody", y, is_gap=not name) for name, y in places.items()]
    height = 4 + max(len(roles), len(people)) * _ROW
    return Graph(_WIDTH, height, tuple(roles), tuple(people), tuple(ties), _words(ownings))


def _tie(left: int, right: int, css: str) -> Tie:
    a, b = left + _ROW // 2 - 2, right + _ROW // 2 - 2
    middle = (_ROLES + _PEOPLE) // 2
    return Tie(f"M{_ROLES} {a}C{middle} {a} {middle} {b} {_PEOPLE} {b}", css)


def _words(ownings: tuple[Owning, ...]) -> str:
    """The same in sentences, for who cannot see it."""
    return " ".join(
        f"{o.label}: {o.owner or 'nobody'}{f', offered to {o.offered}' if o.offered else ''}."
        for o in ownings
    )
