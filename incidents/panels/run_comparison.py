"""A verification run beside the baseline that it repeats, line by line."""

from dataclasses import dataclass
from difflib import SequenceMatcher

from django.db.models import QuerySet
from django.db.models.functions import Left

from incidents.models import Evidence
from incidents.panels.evidence_excerpts import EXCERPT_CHARACTERS

LINES = 400
"""Lines of each side that are compared; the rest is on the items' own pages."""


@dataclass(frozen=True, slots=True)
class Line:
    """``changed``: the other side does not have it there."""

    text: str
    changed: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """``is_cut``: the rest was not compared, and is on their own pages."""

    before: tuple[Line, ...]
    after: tuple[Line, ...]
    is_cut: bool = False

    @property
    def is_same(self) -> bool:
        return not any(line.changed for line in (*self.before, *self.after))


def compare(before: str, after: str, *, max_characters: int = EXCERPT_CHARACTERS) -> Compared:
    """The beginnings of both texts with the lines that differ marked."""
    left, left_cut = _beginning(before, max_characters)
    right, right_cut = _beginning(after, max_characters)
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    lines_before: list[Line] = []
    lines_after: list[Line] = []
    for tag, i, j, k, m in matcher.get_opcodes():
        changed = tag != "equal"
        lines_before += [Line(text, changed) for text in left[i:j]]
        lines_after += [Line(text, changed) for text in right[k:m]]
    return Compared(tuple(lines_before), tuple(lines_after), left_cut or right_cut)


def _beginning(text: str, max_characters: int) -> tuple[list[str], bool]:
    """Whole lines, as far as they are compared, and whether any are left out."""
    lines = text[:max_characters].splitlines()
    # A line that the limit cut in two would seem to differ.
    if len(text) > max_characters and len(lines) > 1:
        lines.pop()
    return lines[:LINES], len(text) > max_characters or len(lines) > LINES


def with_beginnings(runs: "QuerySet[Evidence]") -> "QuerySet[Evidence]":
    """Runs with ``excerpt`` and ``before``, the beginnings of theirs and their baselines' texts."""
    limit = EXCERPT_CHARACTERS + 1
    return (
        runs.annotate(
            excerpt=Left("text", limit),
            before=Left("baseline__text", limit),
        )
        .select_related("baseline__incident")
        .defer("text", "baseline__text")
    )


def against_baseline(run: Evidence) -> Compared | None:
    """What differs from the baseline of a run that was read ``with_beginnings``; none without."""
    if run.baseline_id is None:
        return None
    return compare(run.before, run.excerpt)  # type: ignore[attr-defined]
