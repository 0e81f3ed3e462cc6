"""A verification run beside the baseline that it repeats, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from incidents.exhibits import EXCERPT
from incidents.models import Evidence

LINES = 400
"""Lines of each side that are compared; the rest stands on the items' own pages."""


@dataclass(frozen=True, slots=True)
class Line:
    """``changed``: the other side does not have it there."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Compared:
    before: tuple[Line, ...]
    after: tuple[Line, ...]

    @property
    def is_same(self) -> bool:
        return not any(line.changed for line in (*self.before, *self.after))


def compare(before: str, after: str) -> Compared:
    """Both texts with the lines that differ marked."""
    left, right = before.splitlines()[:LINES], after.splitlines()[:LINES]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    one: list[Line] = []
    two: list[Line] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        changed = tag != "equal"
        one += [Line(text, changed) for text in left[i:j]]
        two += [Line(text, changed) for text in right[k:m]]
    return Compared(tuple(one), tuple(two))


def against_baseline(run: Evidence) -> Compared:
    """``run`` was read with its baseline; both are cut to what a list shows."""
    assert run.baseline is not None
    return compare(run.baseline.text[:EXCERPT], run.text[:EXCERPT])
