"""Evidence to look at: the beginning of each item for lists, a window of lines for one item."""

from dataclasses import dataclass
from itertools import accumulate

from django.db.models import QuerySet
from django.db.models.functions import Left, Length

from incidents.models import Evidence

EXCERPT_CHARACTERS = 6000
"""Characters of text that a list shows of one item."""

WINDOW_LINES = 1000
"""Lines that the page of one item shows at a time."""

MAX_WINDOW_CHARACTERS = 200_000
"""Characters of a window, which then ends early; its first line is always whole."""


def excerpts(items: "QuerySet[Evidence]") -> "QuerySet[Evidence]":
    """The items, newest first, with ``excerpt`` and ``text_length`` and without ``text``."""
    return (
        items.annotate(excerpt=Left("text", EXCERPT_CHARACTERS), text_length=Length("text"))
        .defer("text")
        .select_related("baseline__incident", "confirmation__by")
        .order_by("-number")
    )


@dataclass(frozen=True, slots=True)
class Window:
    """Lines ``first`` to ``last`` (counted from one) of ``total``."""

    text: str
    first: int
    last: int
    total: int

    @property
    def is_whole(self) -> bool:
        return self.last - self.first + 1 >= self.total

    @property
    def following(self) -> int | None:
        return self.last + 1 if self.last < self.total else None

    @property
    def before(self) -> int | None:
        return max(self.first - WINDOW_LINES, 1) if self.first > 1 else None


def window(text: str, first: int) -> Window:
    lines = text.removesuffix("\n").split("\n")
    first = min(max(first, 1), len(lines))
    taken = lines[first - 1 : first - 1 + WINDOW_LINES]
    lengths = accumulate(len(line) for line in taken)
    fitting = max(sum(1 for length in lengths if length <= MAX_WINDOW_CHARACTERS), 1)
    return Window("\n".join(taken[:fitting]), first, first + fitting - 1, len(lines))
