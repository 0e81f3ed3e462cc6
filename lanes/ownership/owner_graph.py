"""The owner graph as positions to draw: who owns what now, and who is offered what."""

from collections.abc import Iterable
from dataclasses import dataclass

_ROW, _ROLES, _PEOPLE, _WIDTH = 28, 140, 200, 380


@dataclass(frozen=True, slots=True)
class Ownership:
    """A role or lane; ``owner`` and ``offered`` are names of people, empty for nobody."""

    label: str
    icon: str
    css: str
    owner: str = ""
    offered: str = ""


@dataclass(frozen=True, slots=True)
class Node:
    label: str
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
    description: str


def draw_graph(ownerships: Iterable[Ownership]) -> Graph:
    """Roles on the left, people on the right in the order of what they own; offers are dashed."""
    ownerships = tuple(ownerships)
    named = (
        name for ownership in ownerships for name in (ownership.owner, ownership.offered) if name
    )
    names = [*dict.fromkeys(named)]
    if not all(ownership.owner for ownership in ownerships):
        names.append("")
    places = {name: 4 + number * _ROW for number, name in enumerate(names)}
    roles, ties = [], []
    for number, ownership in enumerate(ownerships):
        y = 4 + number * _ROW
        roles.append(Node(ownership.label, y, ownership.icon, ownership.css, not ownership.owner))
        ties.append(_tie(y, places[ownership.owner], "hour" if ownership.owner else "tie-bad"))
        if ownership.offered:
            ties.append(_tie(y, places[ownership.offered], "tie"))
    people = [Node(name or "Nobody", y, is_gap=not name) for name, y in places.items()]
    height = 4 + max(len(roles), len(people)) * _ROW
    return Graph(_WIDTH, height, tuple(roles), tuple(people), tuple(ties), _describe(ownerships))


def _tie(left: int, right: int, css: str) -> Tie:
    a, b = left + _ROW // 2 - 2, right + _ROW // 2 - 2
    middle = (_ROLES + _PEOPLE) // 2
    return Tie(f"M{_ROLES} {a}C{middle} {a} {middle} {b} {_PEOPLE} {b}", css)


def _describe(ownerships: tuple[Ownership, ...]) -> str:
    """The graph in sentences, for screen readers."""
    return " ".join(
        f"{o.label}: {o.owner or 'nobody'}{f', offered to {o.offered}' if o.offered else ''}."
        for o in ownerships
    )
