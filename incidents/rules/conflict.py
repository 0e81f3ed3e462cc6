"""Which of two conflicting recommendations wins. Playbook, "Contradiction handling protocol".

The author and the commander score alike: what counts is the sum of the scores that are given, so
that neither can make a path look more reversible alone. A side that the commander has not scored
yet is judged by its author's score counted twice.
"""

from collections.abc import Iterable
from dataclasses import dataclass

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


@dataclass(frozen=True, slots=True)
class Stand:
    """One side of a contradiction: recommendation R-``number`` and the option it asks for."""

    number: int
    option: str
    label: str
    owner: str
    author: Scores
    commander: Scores = Scores()

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
    """The options that lead and why: "more reversible", "smaller blast radius", or "tie"."""

    options: frozenset[str]
    because: str

    @property
    def is_tie(self) -> bool:
        return len(self.options) > 1


def verdict(sides: Iterable[Stand]) -> Verdict:
    """The more reversible leads, among equals the one with the smaller blast radius.

    Options are judged by their best side: two owners may ask for the same.
    """
    sides = tuple(sides)
    if not sides:
        return Verdict(frozenset(), "tie")
    highest = max(side.reversibility for side in sides)
    leading = [side for side in sides if side.reversibility == highest]
    options = frozenset(side.option for side in leading)
    if len(options) == 1:
        return Verdict(options, "more reversible")
    lowest = min(side.blast_radius for side in leading)
    options = frozenset(side.option for side in leading if side.blast_radius == lowest)
    return Verdict(options, "smaller blast radius" if len(options) == 1 else "tie")
