"""Which of two conflicting recommendations wins. Playbook, "Contradiction handling protocol".

The author and the commander score alike: what counts is the sum of the scores that are given, so
that neither can make a path look more reversible alone. A side that the commander has not scored
yet is judged by its author's score counted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from kernel.text import normalise_name

MAX_SCORE, MIN_SCORE = 5, 1


@dataclass(frozen=True, slots=True)
class Scores:
    """``reversibility`` 5: undone at once. ``blast_radius`` 5: much can get worse."""

    reversibility: int | None = None
    blast_radius: int | None = None

    @property
    def missing(self) -> tuple[str, ...]:
        """The names of the scores that are missing or not from 1 to 5."""
        scores = {"reversibility": self.reversibility, "blast_radius": self.blast_radius}
        return tuple(
            name
            for name, score in scores.items()
            if score is None or not MIN_SCORE <= score <= MAX_SCORE
        )


def target_of(detail: str) -> str:
    """What is compared of the named target of an option ("the flag, the change, the revision")."""
    return normalise_name(detail)


def ways_differ(option: str, target: str, other_option: str, other_target: str) -> bool:
    """Another option, or another named target under one. What names no target leaves it open."""
    if option != other_option:
        return True
    return bool(target and other_target and target != other_target)


@dataclass(frozen=True, slots=True)
class Stand:
    """One side of a contradiction: recommendation R-``number`` and the option it asks for.

    ``target`` is what it names under the option, by ``target_of``; ``goes_with`` are the numbers of
    the recommendations that both authors say go together with this one.
    """

    number: int
    option: str
    label: str
    owner: str
    author: Scores
    commander: Scores = Scores()
    target: str = ""
    goes_with: frozenset[int] = frozenset()

    def clashes(self, other: "Stand") -> bool:
        """Whether not both can be done."""
        differ = ways_differ(self.option, self.target, other.option, other.target)
        return differ and other.number not in self.goes_with

    @property
    def reference(self) -> str:
        return f"R-{self.number}"

    @property
    def reversibility(self) -> int:
        """From 2 to 10: more is better."""
        mine = self.author.reversibility or MIN_SCORE
        return mine + (self.commander.reversibility or mine)

    @property
    def blast_radius(self) -> int:
        """From 2 to 10: less is better."""
        mine = self.author.blast_radius or MAX_SCORE
        return mine + (self.commander.blast_radius or mine)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sides that lead and why: "more reversible", "smaller blast radius", or "tie"."""

    sides: tuple[Stand, ...]
    because: str

    @property
    def options(self) -> frozenset[str]:
        return frozenset(side.option for side in self.sides)

    @property
    def is_tie(self) -> bool:
        return _clash(self.sides)


def verdict(sides: Iterable[Stand]) -> Verdict:
    """The more reversible leads, among equals the one with the smaller blast radius.

    A way is judged by its best side: two owners may ask for the same.
    """
    sides = tuple(sides)
    if not sides:
        return Verdict((), "tie")
    highest = max(side.reversibility for side in sides)
    leading = tuple(side for side in sides if side.reversibility == highest)
    if not _clash(leading):
        return Verdict(leading, "more reversible")
    lowest = min(side.blast_radius for side in leading)
    leading = tuple(side for side in leading if side.blast_radius == lowest)
    return Verdict(leading, "tie" if _clash(leading) else "smaller blast radius")


def _clash(sides: Iterable[Stand]) -> bool:
    return any(a.clashes(b) for a, b in combinations(sides, 2))
