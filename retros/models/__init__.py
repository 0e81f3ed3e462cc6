"""How an incident ends: each module has the tables of one noun."""

from retros.models.backlog import BacklogItem
from retros.models.closing import CheckIn, Closing, Ended, Statement

__all__ = ["BacklogItem", "CheckIn", "Closing", "Ended", "Statement"]
