"""What changes in and of a lane."""

from lanes.actions.boundary import set_boundary
from lanes.actions.hypotheses import decide_hypothesis, state_hypothesis
from lanes.actions.notes import add_note
from lanes.actions.unknowns import raise_unknown, resolve_unknown

__all__ = [
    "add_note",
    "decide_hypothesis",
    "raise_unknown",
    "resolve_unknown",
    "set_boundary",
    "state_hypothesis",
]
