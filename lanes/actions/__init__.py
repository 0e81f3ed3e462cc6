"""What changes in and of a lane."""

from lanes.actions.boundary import set_boundary
from lanes.actions.notes import add_note

__all__ = ["add_note", "set_boundary"]
