"""No form can be made slow by a hostile text: each pattern is looked at, none is timed."""

import re
from collections.abc import Iterator
from re import _constants as sre  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

from kernel.text import controls
from kernel.text.secret_forms import FORMS

BACKTRACKING = (sre.MAX_REPEAT, sre.MIN_REPEAT)
# The longest bounded repeat inside another repeat that can be tried again.
NESTED = 20


def repeats(tree: Any, inside: int = 1) -> Iterator[tuple[int, int]]:
    """Each repeat that can backtrack: its upper bound, and the product of those around it."""
    for op, value in tree:
        if op in BACKTRACKING:
            bound = int(value[1])
            yield bound, inside
            yield from repeats(value[2], inside * bound)
        elif op is sre.POSSESSIVE_REPEAT:
            yield from repeats(value[2], inside)
        elif op is sre.BRANCH:
            for branch in value[1]:
                yield from repeats(branch, inside)
        elif op is sre.SUBPATTERN:
            yield from repeats(value[-1], inside)
        elif op is sre.ATOMIC_GROUP:
            yield from repeats(value, inside)
        elif op in (sre.ASSERT, sre.ASSERT_NOT):
            yield from repeats(value[1], inside)


PATTERNS = {f"{n}-{form.gates[0]}": form.pattern for n, form in enumerate(FORMS)}
PATTERNS |= {"escape": controls.ESCAPE, "sgr": controls.SGR, "invisible": controls.INVISIBLE}

# Unbounded in the library, yet they cannot restart inside what they matched: a Slack token's
# digits and dashes, and the last part of its webhook address, hold no new beginning that
# fails after reading on.
UNBOUNDED_BY_PROOF = ("xox(?:a|b|p|o|s|r)-", "https://hooks")


@pytest.mark.parametrize("pattern", PATTERNS.values(), ids=PATTERNS)
def test_a_pattern_repeats_without_end_only_where_it_cannot_turn_back(pattern: re.Pattern[str]):
    if pattern.pattern.startswith(UNBOUNDED_BY_PROOF):
        return
    tree = parser.parse(pattern.pattern, pattern.flags & ~re.UNICODE)
    for bound, around in repeats(tree):
        assert bound < int(sre.MAXREPEAT)
        assert around == 1 or bound <= NESTED


@pytest.mark.parametrize("form", FORMS, ids=list(PATTERNS)[: len(FORMS)])
def test_a_gate_is_in_small_letters(form):
    assert all(gate == gate.lower() for gate in form.gates)


@pytest.mark.parametrize("form", FORMS, ids=list(PATTERNS)[: len(FORMS)])
def test_a_pattern_matches_no_empty_text(form):
    assert form.pattern.fullmatch("") is None
